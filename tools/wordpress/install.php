<?php
// Installs an empty Korean blog; see README.md. Arguments: folder of WordPress.
$_SERVER += ['HTTP_HOST' => 'blog.example.kr', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'HTTPS' => 'on'];
function wp_mail() { return true; }
define('WP_INSTALLING', true);
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('은행나무 아래', 'sora', 'sora@example.kr', true, '', 'not-a-secret');
update_option('home', 'https://blog.example.kr');
update_option('siteurl', 'https://blog.example.kr');
update_option('timezone_string', 'Asia/Seoul');
update_option('blogdescription', '느리게 쓰는 기록');
update_option('permalink_structure', '/%year%/%monthnum%/%day%/%postname%/');

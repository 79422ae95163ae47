<?php
// Writes what Tools → Export → All content writes.
$_SERVER += ['HTTP_HOST' => 'blog.example.kr', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/export.php';
wp_set_current_user(1);
export_wp(['content' => 'all']);

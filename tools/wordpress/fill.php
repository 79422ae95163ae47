<?php
// Fills the blog that install.php made; see README.md. Arguments: folder of WordPress.
$_SERVER += ['HTTP_HOST' => 'blog.example.kr', 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
function wp_mail() { return true; }
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/image.php';
require_once ABSPATH . 'wp-admin/includes/file.php';
require_once ABSPATH . 'wp-admin/includes/media.php';
require __DIR__ . '/words.php';

$posts = (int) getenv('BLOG_POSTS');
$pictures = (int) getenv('BLOG_PICTURES');
mt_srand(20230501);
wp_set_current_user(1);
wp_update_user(['ID' => 1, 'display_name' => '소라']);
foreach (get_posts(['post_type' => 'any', 'post_status' => 'any', 'numberposts' => -1]) as $sample) {
    wp_delete_post($sample->ID, true);
}

function pick(array $from) { return $from[mt_rand(0, count($from) - 1)]; }
function sentences(int $many): string
{
    $said = [];
    for ($i = 0; $i < $many; $i++) {
        $said[] = pick(SENTENCES);
    }
    return implode(' ', $said);
}

// Categories, with children
$terms = [];
foreach (CATEGORIES as $name => $children) {
    $parent = wp_insert_term($name, 'category');
    $terms[$name] = $parent['term_id'];
    foreach ($children as $child) {
        $made = wp_insert_term($child, 'category', ['parent' => $parent['term_id'], 'slug' => "$name-$child"]);
        $terms["$name/$child"] = $made['term_id'];
    }
}

// Pictures, with Hangul in some names
$media = [];
for ($i = 0; $i < $pictures; $i++) {
    [$wide, $high] = $i % 3 ? [1200, 800] : [640, 640];
    $image = imagecreatetruecolor($wide, $high);
    for ($y = 0; $y < $high; $y += 8) {
        $colour = imagecolorallocate($image, ($i * 37 + $y / 5) % 256, ($i * 91 + $y / 7) % 256, ($i * 53) % 256);
        imagefilledrectangle($image, 0, $y, $wide, $y + 8, $colour);
    }
    imagefilledellipse($image, $wide / 2, $high / 2, 90 + $i * 5, 90 + $i * 5, imagecolorallocate($image, 240, 240, 230));
    $name = ($i % 4 == 0 ? "은행나무-$i" : "photo_$i") . ($i % 5 == 0 ? '.png' : '.jpg');
    $file = tempnam(sys_get_temp_dir(), 'wp');
    $i % 5 == 0 ? imagepng($image, $file) : imagejpeg($image, $file, 80);
    $id = media_handle_sideload(
        ['name' => $name, 'tmp_name' => $file],
        0,
        '사진 ' . ($i + 1),
        ['post_excerpt' => $i % 2 ? '골목 끝의 은행나무' : '', 'post_date' => sprintf('2023-%02d-10 09:00:00', $i % 12 + 1)]
    );
    if (is_wp_error($id)) {
        fwrite(STDERR, $id->get_error_message() . "\n");
        exit(1);
    }
    update_post_meta($id, '_wp_attachment_image_alt', '노란 은행나무 ' . ($i + 1));
    $media[] = $id;
}

function blocks(int $number, array $media): string
{
    $parts = [];
    $add = function (string $name, string $html, string $attributes = '') use (&$parts) {
        $parts[] = "<!-- wp:$name" . ($attributes ? " $attributes" : '') . " -->\n$html\n<!-- /wp:$name -->";
    };
    $add('paragraph', '<p>' . sentences(3) . ' <strong>' . pick(TOPICS) . '</strong>과 <em>느린</em> 하루.</p>');
    if ($number % 2 == 0) {
        $add('heading', '<h2>' . pick(TOPICS) . '</h2>');
    }
    if ($number % 3 == 0 && $media) {
        $id = $media[$number % count($media)];
        $url = wp_get_attachment_image_url($id, 'large');
        $alt = get_post_meta($id, '_wp_attachment_image_alt', true);
        $add('image', "<figure class=\"wp-block-image size-large\"><img src=\"$url\" alt=\"$alt\" class=\"wp-image-$id\"/>"
            . "<figcaption class=\"wp-element-caption\">골목에서, 아침</figcaption></figure>",
            "{\"id\":$id,\"sizeSlug\":\"large\",\"linkDestination\":\"none\"}");
    }
    $add('paragraph', '<p>' . sentences(4) . '<br>' . sentences(1) . '</p>');
    if ($number % 4 == 0) {
        $add('list', '<ul><!-- wp:list-item --><li>첫째, 물을 끓인다</li><!-- /wp:list-item --><!-- wp:list-item --><li>둘째'
            . '<!-- wp:list {"ordered":true} --><ol><!-- wp:list-item --><li>반죽을 쉬게 둔다</li><!-- /wp:list-item --></ol>'
            . '<!-- /wp:list --></li><!-- /wp:list-item --></ul>');
    }
    if ($number % 5 == 0) {
        $add('code', '<pre class="wp-block-code"><code lang="python" class="language-python">def 인사(이름):' . "\n"
            . '    return f&quot;안녕, {이름}&quot;  # &lt;b&gt; *별* _밑줄_ &amp;amp;</code></pre>');
    }
    if ($number % 6 == 0) {
        $add('quote', '<blockquote class="wp-block-quote"><p>' . pick(SENTENCES) . '</p><cite>할머니</cite></blockquote>');
    }
    if ($number % 7 == 0) {
        $add('table', '<figure class="wp-block-table"><table><thead><tr><th>이름</th><th>값 | 단위</th></tr></thead><tbody>'
            . '<tr><td>밀가루</td><td>300g</td></tr><tr><td>물</td><td><strong>200</strong>ml</td></tr></tbody></table>'
            . '<figcaption class="wp-element-caption">재료</figcaption></figure>');
    }
    if ($number % 8 == 0) {
        $add('embed', "<figure class=\"wp-block-embed is-type-video is-provider-youtube\"><div class=\"wp-block-embed__wrapper\">\n"
            . "https://www.youtube.com/watch?v=dQw4w9WgXcQ\n</div></figure>",
            '{"url":"https://www.youtube.com/watch?v=dQw4w9WgXcQ","type":"video","providerNameSlug":"youtube"}');
    }
    if ($number % 9 == 0 && count($media) > 2) {
        $inner = '';
        foreach ([0, 1, 2] as $step) {
            $id = $media[($number + $step) % count($media)];
            $url = wp_get_attachment_image_url($id, 'large');
            $inner .= "<!-- wp:image {\"id\":$id} --><figure class=\"wp-block-image\"><img src=\"$url\" alt=\"\" class=\"wp-image-$id\"/>"
                . '</figure><!-- /wp:image -->';
        }
        $add('gallery', "<figure class=\"wp-block-gallery has-nested-images columns-3\">$inner</figure>", '{"linkTo":"none"}');
    }
    if ($number % 10 == 0) {
        $add('separator', '<hr class="wp-block-separator has-alpha-channel-opacity"/>');
        $add('shortcode', '[contact-form-7 id="12" title="문의"]');
    }
    $add('paragraph', '<p>' . sentences(2) . ' <a href="https://example.org/글?a=1&amp;b=2">링크 하나</a>.</p>');
    return implode("\n\n", $parts);
}

function classic(int $number, array $media): string
{
    $text = sentences(3) . "\n" . sentences(1) . "\n\n<strong>굵게</strong>, <em>기울여</em>, <del>지우고</del>, <code>코드_조각</code>.\n\n";
    if ($media) {
        $id = $media[$number % count($media)];
        $url = wp_get_attachment_image_url($id, 'medium');
        $full = wp_get_attachment_url($id);
        $text .= "[caption id=\"attachment_$id\" align=\"aligncenter\" width=\"300\"]<a href=\"$full\"><img class=\"size-medium wp-image-$id\" "
            . "src=\"$url\" alt=\"은행나무\" width=\"300\" height=\"200\" /></a> 담장 위의 고양이[/caption]\n\n";
        if ($number % 3 == 0 && count($media) > 2) {
            $ids = implode(',', array_slice($media, $number % (count($media) - 2), 3));
            $text .= "[gallery ids=\"$ids\" columns=\"3\"]\n\n";
        }
    }
    $text .= "<h3>" . pick(TOPICS) . "</h3>\n" . sentences(2) . "\n<ul>\n \t<li>하나</li>\n \t<li>둘 &amp; 셋</li>\n</ul>\n";
    if ($number % 2) {
        $text .= "\n[embed]https://www.youtube.com/watch?v=dQw4w9WgXcQ[/embed]\n";
    }
    if ($number % 5 == 0) {
        $text .= "\n[code language=\"php\"]\n<?php echo '안녕 <세상>'; // [b] *별*\n[/code]\n";
    }
    if ($number % 4 == 0) {
        $text .= "\n<pre>그대로\n   들여쓴 &lt;글&gt;</pre>\n";
    }
    if ($number % 5 == 3) {
        $text .= "\n[su_button url=\"https://example.org\"]눌러 보세요[/su_button]\n";
    }
    return $text . "\n<blockquote>" . pick(SENTENCES) . "</blockquote>\n" . sentences(2) . "\n<!--more-->\n" . sentences(3);
}

$made = [];
$start = strtotime('2021-03-02 08:30:00');
for ($n = 1; $n <= $posts; $n++) {
    $when = $start + (int) ($n * 86400 * 1000 / $posts) + mt_rand(0, 40000);
    $status = 'publish';
    $password = '';
    if ($n % 23 == 5) {
        $status = 'draft';
    } elseif ($n % 29 == 6) {
        $status = 'private';
    } elseif ($n % 31 == 7) {
        $password = '열려라';
    } elseif ($n % 37 == 8) {
        $status = 'pending';
    } elseif ($n > 8 && $n % 61 == 9) {
        $status = 'future';
        $when = strtotime('2037-01-01 09:00:00') + $n * 3600;
    }
    $title = pick(TOPICS) . pick(TURNS);
    $content = $n % 3 == 2 ? classic($n, $media) : blocks($n, $media);
    if ($n % 80 == 40) {
        for ($long = 0; $long < 120; $long++) {
            $content .= "\n\n<!-- wp:paragraph -->\n<p>" . sentences(12) . "</p>\n<!-- /wp:paragraph -->";
        }
    }
    if ($made && $n % 11 == 0) {
        $other = pick($made);
        $content .= "\n\n<p>앞의 글: <a href=\"" . get_permalink($other) . "\">이어지는 이야기</a>, <a href=\"/?p=$other\">짧은 주소</a></p>";
    }
    $paths = array_keys($terms);
    $post = wp_insert_post(wp_slash([
        'post_title' => $title,
        'post_content' => $content,
        'post_excerpt' => $n % 6 == 0 ? pick(SENTENCES) : '',
        'post_status' => $status,
        'post_password' => $password,
        'post_author' => 1,
        'post_name' => $n % 7 == 0 ? "post-$n" : '',
        'post_date' => date('Y-m-d H:i:s', $when),
        'comment_status' => $n % 13 ? 'open' : 'closed',
        'post_category' => [$terms[$paths[$n % count($paths)]]],
        'tags_input' => array_unique([pick(TAGS), pick(TAGS), pick(TAGS)]),
    ]), true);
    if (is_wp_error($post)) {
        fwrite(STDERR, "$n: " . $post->get_error_message() . "\n");
        exit(1);
    }
    $made[] = $post;
    if ($media && $n % 4 == 1) {
        set_post_thumbnail($post, $media[$n % count($media)]);
    }
    if ($n % 50 == 1) {
        stick_post($post);
    }
    if ($status !== 'publish') {
        continue;
    }
    $parent = 0;
    for ($c = 0; $c < $n % 5; $c++) {
        $comment = wp_insert_comment([
            'comment_post_ID' => $post,
            'comment_author' => pick(VISITORS),
            'comment_author_email' => 'reader@example.org',
            'comment_author_url' => $c % 2 ? 'https://reader.example.org/' : '',
            'comment_author_IP' => '192.0.2.7',
            'comment_content' => pick(REPLIES),
            'comment_date' => date('Y-m-d H:i:s', $when + 3600 * ($c + 1)),
            'comment_parent' => $c % 3 ? $parent : 0,
            'comment_approved' => $c == 3 ? '0' : ($n % 19 == 0 ? 'spam' : '1'),
        ]);
        $parent = $comment;
    }
    if ($n % 9 == 1) {
        wp_insert_comment([
            'comment_post_ID' => $post,
            'comment_author' => '다른 블로그',
            'comment_author_url' => 'https://other.example.org/1',
            'comment_content' => '[…] 이 글을 보고 […]',
            'comment_type' => 'pingback',
            'comment_date' => date('Y-m-d H:i:s', $when + 9000),
        ]);
    }
}
foreach (['소개' => 'about', '방명록' => ''] as $title => $name) {
    wp_insert_post(['post_type' => 'page', 'post_title' => $title, 'post_name' => $name, 'post_status' => 'publish',
        'post_author' => 1, 'post_content' => "<!-- wp:paragraph -->\n<p>느리게 쓰는 사람입니다.</p>\n<!-- /wp:paragraph -->",
        'post_date' => '2021-03-01 10:00:00']);
}
echo count($made), ' posts, ', count($media), " pictures\n";

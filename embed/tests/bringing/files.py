"""Small files as other programs write them, in Korean."""

import sqlite3
from pathlib import Path

DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<category dsq:id="1"><forum>gamnamu</forum><title>General</title></category>
<thread dsq:id="100"><id>감나무-글</id><forum>gamnamu</forum>
 <link>https://blog.example/2024/%EA%B0%90%EB%82%98%EB%AC%B4/</link><title>감나무 아래에서</title>
 <isClosed>false</isClosed><isDeleted>false</isDeleted></thread>
<thread dsq:id="101"><id/><forum>gamnamu</forum><link>https://blog.example/</link><title>첫 화면</title></thread>
<post dsq:id="3"><id/><message><![CDATA[<p>고마워요 😊</p>]]></message><createdAt>2024-05-03T01:00:00Z</createdAt>
 <isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>미나</name></author>
 <thread dsq:id="100"/><parent dsq:id="2"/></post>
<post dsq:id="1"><id/><message><![CDATA[<p>학교에서 <b>잘</b> 읽었어요.</p><p><a href="https://blog.example/아주-긴-주소">여기</a>도요 <script>alert(1)</script></p>]]></message>
 <createdAt>2024-05-01T01:00:00Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam>
 <author><name>준호</name><email>junho@example.com</email></author><thread dsq:id="100"/></post>
<post dsq:id="2"><id/><message><![CDATA[광고]]></message><createdAt>2024-05-02T01:00:00Z</createdAt>
 <isDeleted>false</isDeleted><isSpam>true</isSpam><author><name>장사</name></author>
 <thread dsq:id="100"/><parent dsq:id="1"/></post>
<post dsq:id="4"><id/><message><![CDATA[안녕하세요]]></message><createdAt>2024-05-04T01:00:00Z</createdAt>
 <isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>소라</name></author><thread dsq:id="101"/></post>
<post dsq:id="5"><id/><message><![CDATA[어디로?]]></message><createdAt>2024-05-04T01:00:00Z</createdAt>
 <isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>소라</name></author><thread dsq:id="999"/></post>
</disqus>
"""

WORDPRESS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>감나무</title><item><title>감나무 아래에서</title>
<link>https://blog.example/2024/감나무/</link><content:encoded><![CDATA[글]]></content:encoded>
<wp:post_id>7</wp:post_id>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author><![CDATA[준호]]></wp:comment_author>
<wp:comment_date_gmt>2024-05-01 01:00:00</wp:comment_date_gmt><wp:comment_date>2024-05-01 10:00:00</wp:comment_date>
<wp:comment_content><![CDATA[잘 읽었어요]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type><wp:comment_parent>0</wp:comment_parent></wp:comment>
<wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_author><![CDATA[미나]]></wp:comment_author>
<wp:comment_date_gmt>2024-05-02 01:00:00</wp:comment_date_gmt><wp:comment_date>2024-05-02 10:00:00</wp:comment_date>
<wp:comment_content><![CDATA[고마워요]]></wp:comment_content><wp:comment_approved>0</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type><wp:comment_parent>1</wp:comment_parent></wp:comment>
</item></channel></rss>
"""


def write_isso(path: Path) -> Path:
    """Write a database as isso 0.13 does."""
    database = sqlite3.connect(path)
    database.executescript(
        """
        CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
        CREATE TABLE comments (tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER,
          created FLOAT NOT NULL, modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR,
          author VARCHAR, email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0,
          dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
        """
    )
    database.execute("INSERT INTO threads VALUES (1, '/2024/감나무/', '감나무 아래에서')")
    rows = [
        (1, 1, None, 1714525200.5, 1, "잘 읽었어요, **정말**.", "준호", "junho@example.com"),
        (1, 2, 1, 1714611600.0, 2, "고마워요", None, None),
        (1, 3, None, 1714611601.0, 4, "", None, None),
    ]
    database.executemany(
        "INSERT INTO comments (tid, id, parent, created, mode, text, author, email, voters, remote_addr)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, x'', '10.0.0.1')",
        rows,
    )
    database.commit()
    database.close()
    return path

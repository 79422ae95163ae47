"""The fewest tables that a blog page reads."""

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=50)


class Tag(models.Model):
    name = models.CharField(max_length=50)


class Post(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, related_name="posts")
    tags = models.ManyToManyField(Tag, related_name="posts")
    title = models.CharField(max_length=200)
    summary = models.TextField()
    html = models.TextField()
    published_at = models.DateTimeField(db_index=True)


class Comment(models.Model):
    post = models.ForeignKey(Post, models.CASCADE, related_name="comments")
    author = models.ForeignKey(Author, models.CASCADE)
    html = models.TextField()

"""Addresses of blog for programs; included under ``/api/v1/``."""

from django.urls import URLPattern, URLResolver, path

from blog.api.views import (
    comments,
    downloads,
    drafts,
    images,
    posts,
    reactions,
    revisions,
    series,
    tags,
    timeline,
    topics,
    translations,
)

urlpatterns: list[URLPattern | URLResolver] = [
    # Posts
    path("posts/", posts.Posts.as_view(), name="posts"),
    path("users/<person:who>/posts/", posts.PersonPosts.as_view(), name="person_posts"),
    path("posts/<key:pk>/", posts.OnePost.as_view(), name="post"),
    path("posts/<key:pk>/publish/", posts.PublishedPost.as_view(), name="publish_post"),
    path("posts/<key:pk>/unpublish/", posts.UnpublishedPost.as_view(), name="unpublish_post"),
    path("posts/<key:pk>/schedule/", posts.ScheduledPost.as_view(), name="schedule_post"),
    path("posts/<key:pk>/restore/", posts.RestoredPost.as_view(), name="restore_post"),
    path("posts/<key:pk>/pin/", posts.Pin.as_view(), name="post_pin"),
    path("timeline/", timeline.Timeline.as_view(), name="timeline"),
    path("trending/", timeline.Trending.as_view(), name="trending"),
    # What their authors write
    path("me/drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("posts/<key:pk>/draft/", drafts.Draft.as_view(), name="draft"),
    path("posts/<key:pk>/preview-link/", drafts.PreviewLink.as_view(), name="preview_link"),
    path("posts/<key:pk>/revisions/", revisions.Revisions.as_view(), name="revisions"),
    path(
        "posts/<key:pk>/revisions/<key:revision_pk>/",
        revisions.OneRevision.as_view(),
        name="revision",
    ),
    path(
        "posts/<key:pk>/revisions/<key:revision_pk>/restore/",
        revisions.RestoredRevision.as_view(),
        name="restore_revision",
    ),
    # What readers do
    path("posts/<key:pk>/like/", reactions.LikedPost.as_view(), name="post_like"),
    path("posts/<key:pk>/likes/", reactions.PostLikers.as_view(), name="post_likes"),
    path("posts/<key:pk>/bookmark/", reactions.KeptPost.as_view(), name="post_bookmark"),
    path("me/bookmarks/", reactions.Bookmarks.as_view(), name="bookmarks"),
    path("me/bookmarks/<key:pk>/", reactions.OneBookmark.as_view(), name="bookmark"),
    path("me/bookmarks/<key:pk>/read/", reactions.ReadBookmark.as_view(), name="read_bookmark"),
    # What readers say
    path("posts/<key:pk>/comments/", comments.PostComments.as_view(), name="post_comments"),
    path("posts/<key:pk>/open-comments/", comments.OpenedComments.as_view(), name="open_comments"),
    path(
        "posts/<key:pk>/close-comments/", comments.ClosedComments.as_view(), name="close_comments"
    ),
    path("comments/<key:pk>/", comments.OneComment.as_view(), name="comment"),
    path("comments/<key:pk>/replies/", comments.Replies.as_view(), name="comment_replies"),
    path("comments/<key:pk>/like/", reactions.LikedComment.as_view(), name="comment_like"),
    path("comments/<key:pk>/likes/", reactions.CommentLikers.as_view(), name="comment_likes"),
    path("comments/<key:pk>/hide/", comments.HiddenComment.as_view(), name="hide_comment"),
    path("comments/<key:pk>/show/", comments.ShownComment.as_view(), name="show_comment"),
    path("comments/<key:pk>/pin/", comments.PinnedComment.as_view(), name="pin_comment"),
    path("comments/<key:pk>/unpin/", comments.UnpinnedComment.as_view(), name="unpin_comment"),
    path("comments/<key:pk>/approve/", comments.ApprovedComment.as_view(), name="approve_comment"),
    path("comments/<key:pk>/refuse/", comments.RefusedComment.as_view(), name="refuse_comment"),
    # Tags, topics, series
    path("tags/", tags.Tags.as_view(), name="tags"),
    path("tags/<uslug:name>/", tags.OneTag.as_view(), name="tag"),
    path("tags/<uslug:name>/follow/", tags.FollowedTag.as_view(), name="tag_follow"),
    path("me/followed-tags/", tags.FollowedTags.as_view(), name="followed_tags"),
    path("topics/", topics.Topics.as_view(), name="topics"),
    path("topics/<uslug:slug>/", topics.OneTopic.as_view(), name="topic"),
    path("series/", series.SeriesList.as_view(), name="series"),
    path("series/<key:pk>/", series.OneSeries.as_view(), name="one_series"),
    path("series/<key:pk>/posts/", series.SeriesPosts.as_view(), name="series_posts"),
    path("series/<key:pk>/follow/", series.FollowedSeries.as_view(), name="series_follow"),
    path("me/followed-series/", series.FollowedSeriesList.as_view(), name="followed_series"),
    # Images
    path("images/", images.Images.as_view(), name="images"),
    path("images/unused/", images.UnusedImages.as_view(), name="unused_images"),
    path("images/space/", images.ImageSpace.as_view(), name="image_space"),
    path("images/copies/", images.ImageCopies.as_view(), name="image_copies"),
    path("images/<key:pk>/", images.OneImage.as_view(), name="image"),
    # Other languages
    path(
        "posts/<key:pk>/translations/",
        translations.PostTranslations.as_view(),
        name="post_translations",
    ),
    path(
        "posts/<key:pk>/translations/<key:other_pk>/",
        translations.LinkedTranslation.as_view(),
        name="linked_translation",
    ),
    path("posts/<key:pk>/translate/", translations.TranslatedPost.as_view(), name="translate_post"),
    path(
        "comments/<key:pk>/translate/",
        translations.TranslatedComment.as_view(),
        name="translate_comment",
    ),
    # Files
    path("posts/<key:pk>/download/", downloads.PostDownload.as_view(), name="post_download"),
    path("series/<key:pk>/download/", downloads.SeriesDownload.as_view(), name="series_download"),
]

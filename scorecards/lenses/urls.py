"""Addresses of lenses and reviews, within those of the scorecards."""

from __future__ import annotations

from django.urls import include, path

from scorecards.lenses import answer_views, review_views, sync_views, views

review = [
    path("", review_views.review, name="review"),
    path("pillars/<slug:pillar_id>/", review_views.pillar, name="review-pillar"),
    path("answers/<slug:question_id>/", answer_views.answer, name="review-answer"),
    path("plan/", review_views.plan, name="review-plan"),
    path("report/", review_views.report, name="review-report"),
    path("report.pdf", review_views.report_pdf, name="review-pdf"),
    path("milestones/", review_views.take_milestone, name="review-milestone"),
    path("compare/", review_views.compare, name="review-compare"),
    path("upgrade/", review_views.upgrade, name="review-upgrade"),
    path("aws/", sync_views.link, name="review-link"),
    path("aws/sync/", sync_views.sync_now, name="review-sync"),
    path("aws/unlink/", sync_views.unlink, name="review-unlink"),
    path("aws/conflicts/<slug:question_id>/", sync_views.resolve, name="review-resolve"),
]
urlpatterns = [
    path("lenses/", views.lenses, name="lenses"),
    path("lenses/from-aws/fetch/", views.fetch, name="lens-fetch"),
    path("lenses/<slug:key>/", views.lens, name="lens"),
    path("lenses/<slug:key>/<int:number>/export.json", views.export, name="lens-export"),
    path("lenses/<slug:key>/<int:number>/publish/", views.publish, name="lens-publish"),
    path("reviews/", review_views.reviews, name="reviews"),
    path("reviews/export.csv", review_views.reviews_csv, name="reviews-export"),
    path("reviews/new/<str:kind>/<str:namespace>/<str:name>/", review_views.new, name="review-new"),
    path("reviews/<int:pk>/", include(review)),
]

"""Addresses of warnings and orders."""

from django.urls import path

from risk_warnings.views import board, files, orders, triage, warnings

app_name = "risk_warnings"

urlpatterns = [
    path("warnings/", board.board, name="board"),
    path("warnings/export/", board.export, name="export"),
    path("warnings/runs/<int:pk>/brake/", board.brake, name="brake"),
    path("warnings/triage/", triage.triage, name="triage"),
    path("warnings/triage/<int:pk>/undo/", triage.undo, name="triage_undo"),
    path("warnings/<int:pk>/", warnings.warning, name="warning"),
    path("warnings/<int:pk>/draft/", warnings.draft, name="draft"),
    path("warnings/<int:pk>/not-mine/", warnings.not_mine, name="not_mine"),
    path("warnings/<int:pk>/questions/", warnings.questions, name="questions"),
    path("warnings/<int:pk>/accept/", warnings.accept, name="accept_reply"),
    path("warnings/<int:pk>/dismiss/", warnings.dismiss, name="dismiss"),
    path("warnings/<int:pk>/ticket/", warnings.ticket, name="ticket"),
    path("warnings/<int:pk>/name/", warnings.name, name="name_person"),
    path("warnings/<int:pk>/share/", warnings.share, name="share"),
    path("warnings/<int:pk>/opinion/", warnings.opinion, name="opinion"),
    path("warnings/<int:pk>/seal/", triage.seal, name="seal"),
    path("warnings/<int:pk>/unseal/", triage.unseal, name="unseal"),
    path("warnings/<int:pk>/receiver/", triage.receiver, name="receiver"),
    path("warnings/files/<int:pk>/", files.attachment, name="attachment"),
    path("warnings/interviews/<int:pk>/", orders.interview, name="interview"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<int:pk>/", orders.order, name="order"),
    path("orders/<int:pk>/sheet/", orders.sheet, name="sheet"),
    path("orders/<int:pk>/<slug:verb>/", orders.act, name="act"),
]

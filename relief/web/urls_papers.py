"""Addresses of papers of a store (slips, sheets, labels), of the trace of goods, and of search."""

from django.urls import URLPattern, path

from relief.web.views import paper_store, trace

urlpatterns: list[URLPattern] = [
    path("papers/trips/<int:id>/slip/", paper_store.slip, name="paper_slip"),
    path("papers/trips/<int:id>/slip.pdf", paper_store.slip_pdf, name="paper_slip_pdf"),
    path("papers/trips/<int:id>/picks/", paper_store.picks, name="paper_picks"),
    path("papers/trips/<int:id>/picks.pdf", paper_store.picks_pdf, name="paper_picks_pdf"),
    path("papers/counts/<int:id>/", paper_store.count, name="paper_count"),
    path("papers/counts/<int:id>.pdf", paper_store.count_pdf, name="paper_count_pdf"),
    path("papers/calls/<int:id>/", paper_store.call, name="paper_call"),
    path("papers/calls/<int:id>.pdf", paper_store.call_pdf, name="paper_call_pdf"),
    # The blank slips printed together with this one that are neither used nor void.
    path("papers/blanks/<int:id>/", paper_store.blanks, name="paper_blanks"),
    path("papers/blanks/<int:id>.pdf", paper_store.blanks_pdf, name="paper_blanks_pdf"),
    # ?lot=1&lot=2&bin=3, form=roll (50 × 30 mm) or sheet (A4), copies=2; or choose.
    path("papers/labels/", paper_store.labels, name="paper_labels"),
    path("papers/labels.pdf", paper_store.labels_pdf, name="paper_labels_pdf"),
    path("store/lots/<int:id>/", trace.lot, name="lot"),
    path("store/lots/<int:id>/state/", trace.lot_state, name="lot_state"),
    path("store/lots/<int:id>/card.xlsx", trace.lot_card, name="lot_card"),
    path("store/items/<str:item>/", trace.item, name="item_card"),
    path("store/items/<str:item>/card.xlsx", trace.item_card, name="item_card_file"),
    # ?document=DB-0007, a document's number or tag.
    path("store/trace/", trace.document, name="trace"),
    path("store/search/", trace.search, name="store_search"),
]

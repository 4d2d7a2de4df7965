"""Addresses of the store: the hub, goods in and out, counts, scrapping, differences, slips."""

from django.urls import URLPattern, path

from relief.web.views import store, store_back, store_counts, store_desk

urlpatterns: list[URLPattern] = [
    path("store/", store.hub, name="store"),
    path("store/arrivals/", store.arrivals, name="arrivals"),
    path("store/arrivals/new/", store.arrival_new, name="arrival_new"),
    path("store/arrivals/<int:id>/", store.arrival, name="arrival"),
    path("store/purchases/new/", store.purchase_new, name="purchase_new"),
    path("store/purchases/<int:id>/", store.purchase, name="purchase"),
    path("store/returns/", store_back.returns, name="returns"),
    path("store/returns/from/<int:id>/", store_back.return_new, name="return_new"),
    path("store/returns/<int:id>/", store_back.return_note, name="return"),
    path("store/repairs/", store_back.repairs, name="repairs"),
    path("store/counts/", store_counts.counts, name="counts"),
    path("store/counts/<int:id>/", store_counts.count, name="count"),
    path("store/counts/<int:id>/bins/<int:bin>/", store_counts.count_bin, name="count_bin"),
    path("store/counts/<int:id>/finish/", store_counts.finish, name="count_finish"),
    path("store/counts/<int:id>/approve/", store_counts.approve, name="count_approve"),
    path("store/counts/<int:id>/cancel/", store_counts.cancel, name="count_cancel"),
    path("store/scraps/", store_desk.scraps, name="scraps"),
    path("store/scraps/<int:id>/decide/", store_desk.scrap_decide, name="scrap_decide"),
    path("store/differences/", store_desk.differences, name="differences"),
    path(
        "store/differences/<int:id>/answer/",
        store_desk.difference_answer,
        name="difference_answer",
    ),
    path("store/blanks/", store_desk.blanks, name="blanks"),
    path("store/blanks/<int:id>/", store_desk.blank, name="blank"),
    path("store/depots/<int:id>/blanks/void/", store_desk.blanks_void, name="blanks_void"),
    path("store/bins/", store_desk.bins, name="bins"),
    path("store/holdings/<int:id>/bin/", store_desk.bin_put, name="bin_put"),
    path("store/codes/", store_desk.code_bind, name="code_bind"),
]

"""`GET /metrics` for Prometheus: where this process stands beside the journal, and its sockets.

Answers only a scraper that shows the token of the setting `METRICS_TOKEN`; without one there is no
such page. Each web process answers for itself: scrape every process on its own port.
"""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from relief.journal.models import Book
from relief.live import hub as hubs
from relief.live.hub import Hub


@require_GET
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    token = settings.METRICS_TOKEN
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(shown.encode(), token.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(_Live(hubs.here()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Live(Collector):
    """What the hub of this process knows; a process that serves no sockets has no hub."""

    def __init__(self, hub: Hub | None) -> None:
        self.hub = hub

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        heads = dict(Book.objects.values_list("id", "last_number"))
        number = GaugeMetricFamily(
            "relief_journal_head", "Last number of the book's journal.", labels=["book"]
        )
        for book, head in heads.items():
            number.add_metric([str(book)], head)
        yield number
        if self.hub is None:
            return
        yield GaugeMetricFamily(
            "relief_doorbell_connected",
            "1 while this process hears NOTIFY; else it looks once a second.",
            value=self.hub.bell_connected,
        )
        behind = GaugeMetricFamily(
            "relief_hub_lag_entries", "Entries this process has not sent yet.", labels=["book"]
        )
        sockets = GaugeMetricFamily(
            "relief_sockets", "Open board sockets.", labels=["book", "view", "path"]
        )
        queries = CounterMetricFamily(
            "relief_replay_queries", "Pages read for boards that were away.", labels=["book"]
        )
        for book, feed in tuple(self.hub.feeds.items()):
            if feed.head is not None and book in heads:
                behind.add_metric([str(book)], max(0, heads[book] - feed.head.number))
            queries.add_metric([str(book)], feed.replays)
            for scope, room in tuple(feed.rooms.items()):
                labels = [str(book), scope.view.value, scope.path]
                sockets.add_metric(labels, len(room.members))
        yield from (behind, sockets, queries)
        ended = CounterMetricFamily(
            "relief_sockets_ended",
            "Sockets this process closed: 4401 not signed in, 4403 no longer allowed, "
            "4408 too slow, 4409 take a fresh snapshot, 4503 cut off in a drill.",
            labels=["code"],
        )
        for code, count in sorted(self.hub.ended.items()):
            ended.add_metric([str(code)], count)
        yield ended

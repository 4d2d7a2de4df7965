"""Addresses of drills and of the control room."""

from django.urls import URLPattern, path

from relief.web.views import drill_injects, drill_replay, drill_report, drill_wizard, drills, inbox

urlpatterns: list[URLPattern] = [
    path("drills/", drill_wizard.drills, name="drills"),
    path("drills/<int:id>/setup/<slug:step>/", drill_wizard.step, name="drill_step"),
    path("drills/<int:id>/script/", drill_wizard.inject, name="drill_script_new"),
    path("drills/<int:id>/script/<int:inject>/", drill_wizard.inject, name="drill_script"),
    path("drills/<int:id>/scenario.json", drill_wizard.scenario_file, name="drill_file"),
    path("drills/<int:id>/stock.xlsx", drill_wizard.stock_template, name="drill_stock"),
    path("drills/<int:id>/", drills.drill, name="drill"),
    path("drills/<int:id>/begin/", drills.begin, name="drill_begin"),
    path("drills/<int:id>/clock/", drills.set_clock, name="drill_clock"),
    path("drills/<int:id>/end/", drills.end, name="drill_end"),
    path("drills/<int:id>/note/", drills.note, name="drill_note"),
    path("drills/<int:id>/contact/", drills.contact, name="drill_contact"),
    path("drills/<int:id>/injects/new/", drill_injects.add, name="drill_inject_new"),
    path("drills/<int:id>/injects.<str:form>", drill_injects.table, name="drill_msel"),
    path("drills/injects/<int:id>/", drill_injects.inject, name="drill_inject"),
    path("drills/injects/<int:id>/words/", drill_injects.reword, name="drill_inject_words"),
    path("drills/injects/<int:id>/file/", drill_injects.file, name="drill_inject_file"),
    path("drills/seats/<int:id>/", drills.seat, name="drill_seat"),
    path("injects/", inbox.told, name="injects"),
    path("injects/unread/", inbox.unread, name="injects_unread"),
    path("injects/<int:id>/", inbox.receive, name="inject_receive"),
    path("injects/<int:id>/file/", inbox.file, name="inject_file"),
    path("drills/<int:id>/report/", drill_report.report, name="drill_report"),
    path("drills/<int:id>/report.pdf", drill_report.report_pdf, name="drill_report_pdf"),
    path("drills/<int:id>/archive.zip", drill_report.drill_archive, name="drill_archive"),
    path("drills/<int:id>/comments/", drill_report.comments, name="drill_comments"),
    path("drills/findings/<int:id>/drop/", drill_report.finding_drop, name="finding_drop"),
    path("drills/<int:id>/improvement/", drill_report.improvement_new, name="improvement_new"),
    # ?show=open, overdue or done
    path("drills/improvements/", drill_report.improvements, name="improvements"),
    path(
        "drills/improvements/<int:id>/done/",
        drill_report.improvement_done,
        name="improvement_done",
    ),
    path("drills/past/", drill_replay.past_drills, name="past_drills"),
    path("drills/books/<int:id>/now", drill_replay.drill_now, name="drill_now"),
    path("drills/<int:id>/replay/", drill_replay.replay, name="drill_replay"),
    path("drills/<int:id>/bookmarks/", drill_replay.bookmark, name="drill_bookmark"),
    path(
        "drills/bookmarks/<int:id>/remove/",
        drill_replay.bookmark_remove,
        name="drill_bookmark_remove",
    ),
    *(
        path(f"drills/<int:id>/replay/<str:view>/<str:code>/{end}", of, name=f"drill_replay_{name}")
        for end, name, of in (
            ("", "board", drill_replay.board),
            ("snapshot", "snapshot", drill_replay.snapshot),
            ("past", "past", drill_replay.reel),
            ("film", "film", drill_replay.film),
        )
    ),
]

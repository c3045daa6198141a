"""Addresses of the desk."""

from django.urls import URLPattern, path

from contact_centre.desk.views import (
    call,
    case,
    contacts,
    files,
    letters,
    models,
    outbox,
    queue,
    readings,
    status_by_phone,
    steps,
    words,
)

app_name = "desk"

urlpatterns: list[URLPattern] = [
    path("", queue.show_queue, name="queue"),
    path("find/", queue.find_case, name="find"),
    path("case/<str:reference>/", case.show_case, name="case"),
    path("case/<str:reference>/<slug:name>/", steps.take_step, name="step"),
    path("case/<str:reference>/link/<int:participant_id>/revoke/", steps.revoke, name="revoke_link"),
    path("file/<int:attachment_id>/", files.show_file, name="file"),
    path("file/<int:attachment_id>/original/", files.show_original, name="original"),
    path("call/", call.log_call, name="call"),
    path("call/suggest/", call.suggest_while_typing, name="suggest"),
    path("call/streets/", call.suggest_streets, name="streets"),
    path("call/status/", status_by_phone.tell_status, name="status_by_phone"),
    path("call/<int:contact_id>/", call.show_logged, name="logged"),
    path("contacts/", contacts.show_contacts, name="contacts"),
    path("contacts/<int:contact_id>/called/", contacts.call_back, name="called_back"),
    path("readings/", readings.show_readings, name="readings"),
    path("models/", models.show_models, name="models"),
    path("models/<str:version>/<slug:name>/", models.change_model, name="change_model"),
    path("words/", words.show_words, name="words"),
    path("words/<slug:kind>/<slug:language>/", words.try_words, name="words_of"),
    path("words/<slug:kind>/<slug:language>/<slug:name>/", words.change_words, name="change_words"),
    path("outbox/", outbox.show_outbox, name="outbox"),
    path("outbox/again/", outbox.resend_dead_letters, name="resend_dead_letters"),
    path("outbox/letters/", letters.show_letters, name="letters"),
    path("outbox/letters/letters.pdf", letters.print_named, name="print_letters"),
    path("outbox/letters/printed/", letters.note_printed, name="letters_printed"),
    path("outbox/<int:notice_id>/", outbox.show_notice, name="notice"),
    path("outbox/<int:notice_id>/letter.pdf", outbox.show_letter, name="letter"),
    path("outbox/<int:notice_id>/<slug:name>/", outbox.settle, name="settle"),
]

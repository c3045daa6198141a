"""What a person reads when her request was refused before the product saw it: one small page in three languages.

Written without templates, styles and addresses, because nothing of the product stands behind it.
"""

from typing import Final

# What to say in each language: a title, and what to do.
_WORDS: Final = {
    413: {
        "pl": (
            "To za dużo naraz",
            "Wróć do poprzedniej strony: Twój tekst nadal tam jest. Możesz wysłać do 5 plików, każdy do 10 MB.",
        ),
        "en": (
            "That is too much at once",
            "Go back to the page before: your text is still there. You can send up to 5 files of 10 MB each.",
        ),
        "uk": (
            "Це забагато за один раз",
            "Поверніться на попередню сторінку: ваш текст досі там. Можна надіслати до 5 файлів, кожен до 10 МБ.",
        ),
    },
    408: {
        "pl": (
            "Wysyłanie trwało za długo",
            "Wróć do poprzedniej strony: Twój tekst nadal tam jest. Wyślij jeszcze raz, najlepiej mniejsze pliki.",
        ),
        "en": (
            "Sending took too long",
            "Go back to the page before: your text is still there. Send it again, best with smaller files.",
        ),
        "uk": (
            "Надсилання тривало надто довго",
            "Поверніться на попередню сторінку: ваш текст досі там. Надішліть ще раз, краще менші файли.",
        ),
    },
    400: {
        "pl": ("Nie mogliśmy tego odczytać", "Wróć do poprzedniej strony i spróbuj jeszcze raz."),
        "en": ("We could not read this", "Go back to the page before and try again."),
        "uk": ("Ми не змогли це прочитати", "Поверніться на попередню сторінку і спробуйте ще раз."),
    },
}


def refusal_page(status: int) -> bytes:
    """The whole page for 400, 408 or 413."""
    words = _WORDS[status]
    title = " · ".join(head for head, _ in words.values())
    parts = "\n".join(
        f'<section lang="{language}"><h1>{head}</h1><p>{text}</p></section>'
        for language, (head, text) in words.items()
    )
    return (
        f'<!doctype html>\n<html lang="pl">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"></head>\n'
        f"<body><main>\n{parts}\n</main></body>\n</html>\n"
    ).encode()

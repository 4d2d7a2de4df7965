"""People at their screens: one Chromium, a context each, nothing hidden from the test."""

from dataclasses import dataclass, field

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from relief.access.models import User


@dataclass
class Person:
    """One signed-in person with a page to work on and a board that stays open."""

    name: str
    base: str
    context: BrowserContext
    page: Page
    boards: dict[str, Page] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def open_status(self, path: str) -> int:
        """The status of an address this person should not reach; its error is expected."""
        self.refused.add(self.base + path)
        answer = self.page.goto(self.base + path)
        assert answer is not None
        return answer.status

    def watch(self, view: str, code: str) -> Page:
        """Open a board in a tab of its own and wait until it is live."""
        page = self.context.new_page()
        self.listen(page)
        page.goto(f"{self.base}/boards/{view}/{code}/")
        expect(page.locator("[data-link=live]")).to_be_visible()
        self.boards[view] = page
        return page

    def listen(self, page: Page) -> None:
        def asked(request) -> None:
            if not request.url.startswith((self.base, "data:", "blob:")):
                self.outside.append(request.url)

        def heard(said) -> None:
            if said.type == "error" and said.location["url"] not in self.refused:
                self.errors.append(f"{page.url}: {said.text}")

        page.on("request", asked)
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("console", heard)

    def press(self, action: str) -> None:
        """Send the form that goes to an address ending so."""
        form = self.page.locator(f'form[action$="{action}"]').first
        self.send(form.locator("button:not([type=button])").first)

    def send(self, button: Locator) -> None:
        """Press what leads to another page, or to this one anew, and wait for that page."""
        with self.page.expect_navigation():
            button.click()


def sign_in(browser: Browser, base: str, name: str, *, locale: str, width: int = 1280) -> Person:
    """Press the person's button on the demo's sign-in page."""
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 900})
    page = context.new_page()
    person = Person(name, base, context, page)
    person.listen(page)
    person.open("/sign-in/")
    person.send(page.locator(f'button[name=person][value="{name}"]'))
    assert page.url == f"{base}/"
    return person


def phone_of(browser: Browser, base: str, user: User, *, errors: list[str]) -> Page:
    """A page of somebody who has signed in at that address, as on a phone."""
    signed = Client()
    signed.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    context = browser.new_context(locale="en-GB", viewport={"width": 360, "height": 740})
    cookie = {"name": "sessionid", "value": signed.cookies["sessionid"].value, "url": base}
    context.add_cookies([cookie])
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page

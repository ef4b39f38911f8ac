"""The first page that anybody sees."""

from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, UserFactory


def test_the_log_in_page_is_readable_by_everybody(page, look_at):
    look_at(page, "/login/")


def test_a_person_logs_in_by_name_and_password(page, live_server):
    user = UserFactory()
    page.set_viewport_size(PHONE)

    page.goto("/login/")
    page.locator("input[name=username]").fill(user.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)

    assert page.locator("main").is_visible()

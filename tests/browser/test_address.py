"""A trial has an address of its own, which opens it, says where it leads nowhere, and can be gone back from."""


def test_a_trial_opens_by_a_click_and_by_its_address(visit, made_up):
    page = visit(made_up).page
    assert page.locator("#trial-title").inner_text() == "Trial 1, rank 1"
    page.locator("#board").get_by_role("link", name="7", exact=True).click()
    page.get_by_role("heading", name="Trial 7, rank 7").wait_for()
    assert page.url.endswith("#trial-7")
    assert page.evaluate("document.activeElement.id") == "trial-title"
    assert page.locator("#trial .settings").get_by_text("n_mels").is_visible()
    assert visit(made_up, "#trial-62").page.locator("#trial").get_by_text("loss is NaN").is_visible()


def test_an_address_of_a_trial_that_is_not_there_says_so(visit, made_up):
    page = visit(made_up, "#trial-99").page
    page.get_by_role("heading", name="There is no trial 99").wait_for()
    assert page.locator("#trial").get_by_text("go from 0 to 62").is_visible()
    page.evaluate("location.hash = 'trial-10'")
    page.get_by_role("heading", name="Trial 10, rank 10").wait_for()
    page.evaluate("location.hash = 'trial-98'")
    page.get_by_role("heading", name="There is no trial 98").wait_for()
    assert page.get_by_role("heading", name="Trial 10, rank 10").count() == 0


def test_back_leads_to_the_trial_that_was_open_and_to_what_had_the_focus(visit, made_up):
    page = visit(made_up).page
    link = page.locator("#board").get_by_role("link", name="7", exact=True)
    link.focus()
    place = page.evaluate("scrollY")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Trial 7, rank 7").wait_for()
    page.get_by_role("link", name="↑ leaderboard").click()
    page.locator("#board").get_by_role("link", name="9", exact=True).press("Enter")
    page.get_by_role("heading", name="Trial 9, rank 9").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Trial 7, rank 7").wait_for()
    page.go_back()
    page.go_back()
    page.get_by_role("heading", name="Trial 1, rank 1").wait_for()
    assert link.evaluate("link => link === document.activeElement")
    page.wait_for_function("place => Math.abs(scrollY - place) < 2", arg=place)
    page.go_forward()
    page.get_by_role("heading", name="Trial 7, rank 7").wait_for()

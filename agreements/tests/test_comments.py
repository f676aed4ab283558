"""Comments on a part and suggested changes: who may, what they do to the text, who reads them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts import privacy
from agreements import amending, comments, drafting
from agreements.models import AgreementVersion, PartComment, Signature
from matches import endings
from notifications.testing import deliver_due_emails
from testkit import agreements as make

pytestmark = pytest.mark.django_db

FAIR = {"activities": ["Practise a hard conversation", "Go to a fair"]}


def url(name, row, *more):
    return reverse(f"agreements:{name}", args=[row.public_id, *more])


def say(version, by, words="Is this too much?"):
    return comments.comment(version, "goals", words=words, by=by)


def suggest(version, by, values=FAIR):
    return comments.suggest(version, "activities", values, by=by)


def expected(version, part="activities"):
    return (version.number, version.revision_of(part))


def activities(match):
    return drafting.part_values(drafting.current_version(match), "activities")["activities"]


def fresh(row):
    found = PartComment.objects.visible_to(row.author).get(pk=row.pk)
    found.version.agreement.match = row.match
    return found


def test_a_comment_belongs_to_a_text_that_both_have_before_them(match, ben):
    version = make.draft(match)
    with pytest.raises(ActionNotAllowed, match="still a draft"):
        say(version, ben)
    drafting.share(version, by=ben)
    assert say(version, ben).state == "open"


def test_the_same_comment_twice_is_one_and_an_empty_one_is_none(match, ben):
    version = make.signed(match)
    assert say(version, ben) == say(version, ben)
    assert suggest(version, ben) == suggest(version, ben)
    with pytest.raises(ActionNotAllowed, match="it is empty"):
        say(version, ben, " ")
    with pytest.raises(ActionNotAllowed, match="says the same"):
        suggest(version, ben, make.ACTIVITIES)


def test_only_the_two_comment_and_answer(match, ada, ben, cleo, dan):
    version = make.signed(match)
    row = suggest(version, ben)
    for other in (cleo, dan):
        for verb in (
            lambda by: say(version, by),
            lambda by: comments.answer(row, words="No", by=by),
            lambda by: comments.set_aside(row, by=by),
            lambda by: comments.accept(row, expected=(1, 1), by=by),
            lambda by: comments.take_back(row, by=by),
        ):
            with pytest.raises(ActionNotAllowed):
                verb(other)
    with pytest.raises(ActionNotAllowed, match="Only the other person"):
        comments.answer(row, words="Yes", by=ben)
    with pytest.raises(ActionNotAllowed, match="Only its author"):
        comments.take_back(row, by=ada)
    assert fresh(row).state == "open"


def test_accepting_changes_the_shared_text_and_withdraws_signatures(match, ada, ben):
    version = make.sign(make.shared(match), ada)
    row = suggest(version, ben)
    assert Signature.objects.valid().count() == 1, "a suggestion leaves signatures alone"
    assert activities(match) == make.ACTIVITIES["activities"]
    comments.accept(row, expected=expected(version), by=ada)
    assert activities(match) == FAIR["activities"]
    assert Signature.objects.valid().count() == 0
    assert fresh(row).state == "accepted"
    current = drafting.current_version(match)
    assert comments.accept(row, expected=(9, 9), by=ada) == current, "a second click does nothing"


def test_accepting_begins_an_amendment_of_a_text_in_force(match, ada, ben):
    version = make.signed(match)
    row = suggest(version, ben)
    new = comments.accept(row, expected=expected(version), by=ada)
    version.refresh_from_db()
    assert (version.state, new.number, new.state) == ("signed", 2, "draft")
    assert activities(match) == FAIR["activities"]
    assert drafting.part_values(version, "activities") == make.ACTIVITIES


def test_a_suggestion_on_an_older_text_says_so_and_needs_the_text_of_today(match, ada, ben):
    version = make.shared(match)
    row = suggest(version, ben)
    seen = expected(version)
    drafting.save_part(match, "activities", {"activities": ["Read"]}, expected_revision=1, by=ada)
    current = drafting.current_version(match)
    assert row.is_on_older_text(current)
    with pytest.raises(drafting.ConflictingEdit):
        comments.accept(row, expected=seen, by=ada)
    assert fresh(row).state == "open"
    comments.accept(fresh(row), expected=expected(current), by=ada)
    assert activities(match) == FAIR["activities"]


def test_a_new_version_that_copies_the_text_makes_no_comment_older(match, ada, ben):
    version = make.signed(match)
    row = suggest(version, ben)
    new = amending.amend(match, by=ada)
    assert not row.is_on_older_text(new)
    drafting.save_part(match, "activities", {"activities": ["Read"]}, expected_revision=1, by=ada)
    new.refresh_from_db()
    assert row.is_on_older_text(new)


@pytest.mark.parametrize("part", ["rhythm", "goals", "activities", "confidentiality", "term"])
def test_every_part_shows_the_difference_and_can_be_accepted(part, match, ada, ben, as_user):
    version = make.shared(match)
    client = as_user(ben)
    address = url("suggestion-create", match, part)
    form = client.get(address).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert "says the same" in client.post(address, data).content.decode()
    changed = {
        "rhythm": {"rhythm_days": 14},
        "goals": {"measure_0": "Three panels led"},
        "activities": {"activities": "Go to a fair"},
        "confidentiality": {"feedback": "We say it at once."},
        "term": {"term_months": 18},
    }[part]
    assert client.post(address, {**data, **changed, "words": "I hope so"}).status_code == 302
    row = PartComment.objects.visible_to(ada).get()
    page = as_user(ada).get(url("comment-detail", row)).content.decode()
    assert "<del>" in page or "Nothing yet" in page
    assert "<ins>" in page
    sent = {"expected_text": f"1-{version.revision_of(part)}"}
    as_user(ada).post(url("comment-accept", row), sent)
    new = drafting.part_values(drafting.current_version(match), part)
    assert str(next(iter(changed.values()))) in str(new)


def test_what_was_written_about_a_text_that_changed_meanwhile_says_so(match, ada, ben, as_user):
    make.shared(match)
    client, words = as_user(ben), {"words": "Too much", "activities": "Go to a fair"}
    for name in ("comment-create", "suggestion-create"):
        address = url(name, match, "activities")
        form = client.get(address).context["form"]
        data = {field: form[field].value() or "" for field in form.fields} | words
        current = drafting.current_version(match)
        lines = {"activities": [f"Read for the {name}"]}
        revision = current.revision_of("activities")
        drafting.save_part(match, "activities", lines, expected_revision=revision, by=ada)
        client.post(address, data)
    warned = [
        "This was written about an older text" in as_user(ada).get(url("comment-detail", row)).text
        for row in PartComment.objects.visible_to(ada)
    ]
    assert warned == [True, True]


@pytest.mark.parametrize("name", ["comment-create", "suggestion-create"])
def test_words_for_a_text_that_became_a_draft_meanwhile_stay(name, match, ada, ben, as_user):
    make.signed(match)
    client, address = as_user(ben), url(name, match, "activities")
    form = client.get(address).context["form"]
    data = {field: form[field].value() or "" for field in form.fields}
    amending.amend(match, by=ada)
    sent = {**data, "words": "Too much", "activities": "Go to a fair"}
    page = client.post(address, sent).content.decode()
    assert "This text is still a draft" in page
    assert "Too much" in page
    assert not PartComment.objects.visible_to(ben).exists()


def test_pages_from_comment_to_answer(match, ada, ben, as_user):
    make.signed(match)
    as_user(ben).post(url("comment-create", match, "goals"), {"words": "Is it too much?"})
    row = PartComment.objects.visible_to(ada).get()
    home = as_user(ada).get(url("agreement-detail", match)).content.decode()
    assert "1 comment from Ben waits for your answer" in home
    assert "Is it too much?" in as_user(ada).get(url("agreement-review", match)).content.decode()
    page = as_user(ada).post(url("comment-answer", row), {"words": " "}).content.decode()
    assert "Write your answer first" in page
    as_user(ada).post(url("comment-answer", row), {"words": "It is enough."})
    read = as_user(ben).get(url("comment-detail", row)).content.decode()
    assert "It is enough." in read
    folded = as_user(ben).get(url("agreement-review", match)).content.decode()
    assert "1 resolved comment" in folded
    assert "Is it too much?" not in folded


def test_accepting_a_text_that_has_changed_shows_the_new_difference(match, ada, ben, as_user):
    version = make.shared(match)
    row = suggest(version, ben)
    for junk in ("", "x", "1-2", "9" * 30 + "-1"):
        sent = {"expected_text": junk}
        answer = as_user(ada).post(url("comment-accept", row), sent, follow=True)
        assert "The text has changed since you opened this page" in answer.content.decode()
    assert activities(match) == make.ACTIVITIES["activities"]


def test_the_consequence_is_said_before(match, ada, ben, as_user):
    version = make.shared(match)
    row = suggest(version, ben)
    said = as_user(ada).get(url("comment-detail", row)).content.decode
    assert "both of you sign the new one" in said()
    make.sign(version, ben)
    page = as_user(ada).get(url("comment-detail", row)).content.decode()
    assert "1 signature on it is withdrawn" in page
    make.sign(version, ada)
    page = as_user(ada).get(url("comment-detail", row)).content.decode()
    assert "Version 1 applies until you have both signed the new one" in page


def test_setting_aside_and_taking_back(match, ada, ben, as_user):
    version = make.signed(match)
    row, other = say(version, ben), suggest(version, ben)
    for _turn in range(2):
        as_user(ada).post(url("comment-set-aside", row))
        as_user(ben).post(url("comment-withdraw", other))
    assert (fresh(row).state, fresh(other).state) == ("set_aside", "withdrawn")
    with pytest.raises(ActionNotAllowed, match="already"):
        comments.answer(fresh(row), words="Late", by=ada)
    assert "Go to a fair" not in as_user(ada).get(url("agreement-review", match)).content.decode()


def test_no_comment_after_the_end(match, ada, ben, as_user):
    version = make.signed(match)
    row = suggest(version, ben)
    endings.end(match, by=ben, kind="choice")
    match.refresh_from_db()
    for verb in (
        lambda: say(version, ben),
        lambda: comments.answer(row, words="No", by=ada),
        lambda: comments.accept(row, expected=(1, 1), by=ada),
        lambda: comments.take_back(row, by=ben),
    ):
        with pytest.raises(ActionNotAllowed, match="ended"):
            verb()
    page = as_user(ada).get(url("comment-detail", row)).content.decode()
    assert "Accept this change" not in page


def test_the_committee_never_reads_a_comment(match, ada, ben, cleo, dan, as_user):
    version = make.signed(match)
    row = suggest(version, ben)
    for person in (ada, ben):
        version.agreement.open_to_committee(by=person, at=timezone.now())
    for other in (cleo, dan):
        assert not PartComment.objects.visible_to(other).exists()
        assert as_user(other).get(url("comment-detail", row)).status_code == 404
    printed = as_user(cleo).get(url("agreement-print", match)).content.decode()
    assert "Two panels led before June" in printed
    assert "fair" not in printed


def test_several_comments_make_one_email_which_counts_them(match, ada, ben):
    version = make.signed(match)
    at = timezone.now()
    deliver_due_emails(at, reconcile=False)
    for n in range(3):
        comments.comment(version, "goals", words=f"Number {n}", by=ben, at=at)
    sent = deliver_due_emails(at + timedelta(minutes=16), reconcile=False)
    assert [mail.to for mail in sent] == [[ada.email]]
    assert "3 comments from Ben" in sent[0].body
    assert "Number" not in sent[0].body
    for row in PartComment.objects.visible_to(ada):
        row.version.agreement.match = match
        comments.answer(row, words="Yes", by=ada, at=at + timedelta(minutes=20))
    sent = deliver_due_emails(at + timedelta(minutes=40), reconcile=False)
    assert [mail.to for mail in sent] == [[ben.email]]


def test_what_is_answered_in_time_is_not_mailed(match, ada, ben):
    version, at = make.signed(match), timezone.now()
    deliver_due_emails(at, reconcile=False)
    row = comments.comment(version, "goals", words="A word", by=ben, at=at)
    comments.take_back(row, by=ben, at=at)
    assert deliver_due_emails(at + timedelta(minutes=16), reconcile=False) == []


@pytest.mark.parametrize("count", [1, 4])
def test_the_whole_text_asks_as_often_with_four_comments_as_with_one(
    count, match, ada, ben, as_user, django_assert_num_queries
):
    version = make.signed(match)
    for n in range(count):
        say(version, (ada, ben)[n % 2], f"Number {n}")
    client = as_user(ben)
    client.get(url("agreement-review", match))
    with django_assert_num_queries(13):
        client.get(url("agreement-review", match))


def test_comments_go_with_their_author_and_are_in_the_export(match, ada, ben):
    version = make.signed(match)
    mine, hers = suggest(version, ben), say(version, ada, "Ask Ben Okoro or ben.okoro@example.org")
    comments.answer(hers, words="Said by Ben", by=ben)
    found = privacy.export_person(ben)["agreements"]["comments"]
    assert [row["suggested"] for row in found] == [FAIR, None]
    privacy.erase_person(ben)
    left = PartComment.objects.visible_to(ada).get()
    assert left.answer == ""
    assert "Okoro" not in left.text
    assert mine.pk != left.pk
    assert AgreementVersion.objects.count() == 1

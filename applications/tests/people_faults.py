"""Faults in what files say about people: names, wishes, words, roles, the same person again."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from applications.models import Application
from testkit import factories

from .fault_files import Upload, fault, names, of, private, topics, wishes

TABLE = "Email,Name,Topics,Please not with,Comments\n"


@fault(
    Upload(TABLE + "pia@example.org,Pia Ort,Onboarding;Change,Bo Rask,uses captions\n"),
    Upload("Email,Name,Town\npia@example.org,Pia Ort,Elora\n"),
)
def a_later_file_with_fewer_columns(cohort, previews):
    one = of(cohort, "pia@example.org")
    assert one.person.profile.place == "Elora"
    assert topics(cohort, "pia@example.org") == ["Change", "Onboarding"]
    assert [wish.written for wish in wishes(cohort, "pia@example.org")] == ["Bo Rask"]
    assert private(cohort, "pia@example.org").needs == "uses captions"
    assert "– → Elora" in previews[1]


WORK = "Email,Name,Job title,Town\n"


@fault(
    Upload(WORK + "ole@example.org,Ole Sixten,HR Advisor,Elora\n"),
    Upload(WORK + "ole@example.org,Olé Sixtén,HR Manager,Fergus\n"),
)
def a_corrected_file(cohort, previews):
    person = of(cohort, "ole@example.org").person
    assert (person.name, person.profile.job_title) == ("Olé Sixtén", "HR Manager")
    assert "HR Advisor → HR Manager" in previews[1]


@fault(
    Upload(
        "Email,First name,Last name,Town\nn1@example.org,Na,Kim,\nn2@example.org,Maria,Null,\n"
        "n3@example.org,Nan,Li,Nan\n"
    )
)
def names_that_look_like_nothing(cohort, previews):
    assert names(cohort) == ["Na Kim", "Maria Null", "Nan Li"]


@fault(Upload("Last name,First name,Email\nHolm,Ada,holm@example.org\n"))
def last_name_first(cohort, previews):
    assert names(cohort) == ["Ada Holm"]
    assert "Ada Holm" in previews[0]


WISHES = (
    "Sean O'Casey", "Seán O'Casey", "Zoe Oenal", "Ann–Marie Lind", '"Bard, Joe"', "Joe Bard.",
    "Joe Bard (my manager)", "Mr Joe Bard", '"Joe Bard, Zoë Oenal"', "Joe Bard", "Nobody Here",
)  # fmt: skip


@fault(
    Upload(
        "Email,Name\nw1@example.org,Seán O’Casey\nw2@example.org,Zoë Oenal\n"
        "w3@example.org,Ann-Marie Lind\nw4@example.org,Joe Bard\n",
        role="mentor",
    ),
    Upload(
        "Email,Name,Please not with\n"
        + "".join(f"q{n:02}@example.org,P {n},{wish}\n" for n, wish in enumerate(WISHES))
    ),
)
def wishes_in_other_spellings(cohort, previews):
    found = {"w1@example.org": 2, "w2@example.org": 1, "w3@example.org": 1, "w4@example.org": 5}
    meant = [one for n in range(len(WISHES)) for one in wishes(cohort, f"q{n:02}@example.org")]
    counts = dict.fromkeys(found, 0)
    for wish in meant:
        if wish.person:
            counts[wish.person.email] += 1
    assert counts["w1@example.org"] == 2
    assert counts["w4@example.org"] >= 5
    assert "“Nobody Here” fits no one" in previews[1]
    (two,) = (wish for wish in meant if wish.written.startswith("Joe Bard, "))
    assert two.is_settled or two.person is None


def _second_address(cohort):
    amina = factories.person("Amina Sol", email="amina.sol@example.org")
    EmailAddress.objects.create(user=amina, email="amina.home@example.org", verified=True)


@fault(Upload("Email,Name\namina.home@example.org,Amina Sol\n"), before=_second_address)
def a_second_verified_address(cohort, previews):
    assert of(cohort, "amina.sol@example.org")


@fault(Upload("Email,Name\nzed@example.org\u200b,Zed Z\u200b\n"))
def an_invisible_character(cohort, previews):
    assert of(cohort, "zed@example.org").person.name == "Zed Z"
    assert "Invisible characters were removed" in previews[0]


@fault(
    Upload('Email,Name,Topics\noc@example.org,Oc Ta,"Health, safety and wellbeing, Onboarding"\n')
)
def an_option_that_contains_the_separator(cohort, previews):
    assert topics(cohort, "oc@example.org") == ["Health, safety and wellbeing", "Onboarding"]


@fault(
    Upload(
        "Email,Name,I want to be\nr1@example.org,Ru A,Mentor\nr2@example.org,Ru B,Mentee\n"
        "r3@example.org,Ru C,Both\n"
    )
)
def one_form_for_both_roles(cohort, previews):
    rows = Application.objects.filter(cohort=cohort).order_by("person__email", "role")
    assert list(rows.values_list("person__email", "role")) == [
        ("r1@example.org", "mentor"), ("r2@example.org", "mentee"),
        ("r3@example.org", "mentee"), ("r3@example.org", "mentor"),
    ]  # fmt: skip


@fault(
    Upload(
        "Email,Name,Town\ntw@example.org,Twi Ce,Elora\nTW@example.org,Twi Ce,Fergus\n",
        options={"If a person is there twice": "later"},
    )
)
def someone_answered_twice(cohort, previews):
    assert of(cohort, "tw@example.org").person.profile.place == "Fergus"


@fault(
    Upload(
        "Email,Name,Time zone,Language\nz1@example.org,Zo A,Eastern Time (US & Canada),Français\n"
        "z2@example.org,Zo B,EST,English\nz3@example.org,Zo C,America/Montreal,fr-CA\n"
    )
)
def zones_and_languages_in_words(cohort, previews):
    people = [of(cohort, f"z{n}@example.org").person for n in (1, 2, 3)]
    assert [one.language for one in people] == ["fr", "en", "fr"]
    assert [one.time_zone for one in people[:2]] == ["America/Toronto"] * 2


@fault(
    Upload(
        "Email,Name,Topics\nwd@example.org,Wor Ds,Work-life balance;Onboardng\n",
        words={"Onboardng": "is “Onboarding”"},
    )
)
def words_near_the_vocabulary(cohort, previews):
    found = topics(cohort, "wd@example.org")
    assert "Onboarding" in found
    assert len(found) == 2


@fault(
    Upload(
        "Email,Name,Topics\nwp@example.org,Wor Pu,Health safety and wellbeing;négociation\n",
        words={"Health safety and wellbeing": "is “Health, safety and wellbeing”"},
    )
)
def words_without_their_comma_and_in_the_other_language(cohort, previews):
    assert topics(cohort, "wp@example.org") == ["Health, safety and wellbeing", "Negotiation"]


@fault(
    Upload(
        'Email,Name\n"Ann A <aa@example.org>",Ann A\nmailto:ab@example.org,Ann B\n'
        "\u00a0AC@Example.org\u200b ,Ann C\no’hara.ae@example.org,Ann E\n",
    )
)
def addresses_as_people_write_them(cohort, previews):
    found = Application.objects.filter(cohort=cohort).order_by("pk")
    assert [one.person.email for one in found] == [
        "aa@example.org", "ab@example.org", "ac@example.org", "o'hara.ae@example.org",
    ]  # fmt: skip


@fault(
    Upload(
        'Email,Name\n"ad@example.org;ad2@example.org",Ann D\n',
        stops="is more than one e-mail address. Keep one in each row.",
    )
)
def two_addresses_in_one_cell(cohort, previews):
    assert not names(cohort)


@fault(
    Upload(
        "Email,Name,Stage\nlv@example.org,Le Vel,Mid-career professional\n",
        columns={"Stage": "level"},
        answers={"Mid-career professional": "Mid career"},
    )
)
def a_level_in_other_words(cohort, previews):
    assert of(cohort, "lv@example.org").person.profile.level == 3


@fault(
    Upload("ID,Email,Name\n2,kb@example.org,Moe Two\n", role="mentor"),
    Upload("ID,Email,Name,Prefer\n1,ka@example.org,Pat One,2\n", columns={"Prefer": "prefer"}),
)
def response_numbers_are_no_ids(cohort, previews):
    (wish,) = wishes(cohort, "ka@example.org")
    assert wish.person is None
    assert of(cohort, "kb@example.org").external_key == "kb@example.org"


@fault(
    Upload(
        'Email,Name\nna@example.org,"Moss, Ann"\nnb@example.org,Ann (Annie) Moss\n'
        'nc@example.org,Seán O’Casey\nnd@example.org,"Ann Moss, CHRL"\n'
        "ne@example.org,Nguyễn Thị Lan\nnf@example.org,ANN MOSS\nng@example.org,Ann <b>M</b>\n"
    )
)
def names_as_people_write_them(cohort, previews):
    assert names(cohort) == [
        "Moss, Ann", "Ann (Annie) Moss", "Seán O’Casey", "Ann Moss, CHRL", "Nguyễn Thị Lan",
        "ANN MOSS", "Ann <b>M</b>",
    ]  # fmt: skip


def _known(cohort):
    factories.person("Known Here", email="known@example.org")


@fault(Upload("Email,Name\nKNOWN@Example.org,Somebody Else\n"), before=_known)
def an_address_in_capitals(cohort, previews):
    assert of(cohort, "known@example.org").person.name == "Known Here"


@fault(
    Upload(
        'Email,Name,Agree\nco@example.org,Com Mit,"Yes, I agree"\ncp@example.org,Com Two,\n',
        columns={"Agree": "commitment"},
        answers={"Yes, I agree": "yes"},
    )
)
def agreement_in_words(cohort, previews):
    assert of(cohort, "co@example.org").committed_at
    assert not of(cohort, "cp@example.org").committed_at


@fault(
    Upload(
        "Email,Name,How often,Mentees\nrh@example.org,Rhy Thm,Every two weeks,1-2\n",
        role="mentor",
        columns={"How often": "rhythm_days", "Mentees": "capacity"},
        answers={"1-2": "2"},
    )
)
def rhythm_and_capacity_in_words(cohort, previews):
    one = of(cohort, "rh@example.org")
    assert (one.rhythm_days, one.capacity) == (14, 2)


SAME = "Email,Name\nsa@example.org,Sa Me\n"


@fault(Upload(SAME), Upload(SAME))
def the_same_file_twice(cohort, previews):
    assert names(cohort) == ["Sa Me"]
    assert "Already up to date\t1" in previews[1]


@fault(
    Upload(
        "Email,Name\nnn@example.org,\n",
        columns={"Name": "name"},
        stops="Every person needs a value here",
    )
)
def no_name(cohort, previews):
    assert not names(cohort)


@fault(Upload('Email,Name,Topics\nca@example.org,Ca Se,"ONBOARDING; onboarding ;Change"\n'))
def words_in_other_case(cohort, previews):
    assert topics(cohort, "ca@example.org") == ["Change", "Onboarding"]


@fault(
    Upload(
        "Email,Name,Prefer\npl@example.org,Pre Fer,Ann Moss; Joe Bard\n",
        columns={"Prefer": "prefer"},
    )
)
def several_names_in_a_wish(cohort, previews):
    assert [one.written for one in wishes(cohort, "pl@example.org")] == ["Ann Moss", "Joe Bard"]


@fault(
    Upload(
        "Email,Name,Topics\nsl@example.org,Slu G,C;C++;C#;漢字;かな\n",
        words=dict.fromkeys(("C", "C++", "C#", "漢字", "かな"), "add as a new word"),
    )
)
def words_with_the_same_code(cohort, previews):
    assert topics(cohort, "sl@example.org") == sorted(["C", "C++", "C#", "漢字", "かな"])

"""The product's orientation of mentees: initiative and discretion, then questions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .orientation_writing import Words, heading, items, module, question

MENTEE_MODULES: dict[str, Words] = {
    "role": module(
        _("What your mentor gives you, and what is up to you"),
        _("Your mentor makes time for you, listens, asks questions and shares experience. What you "
          "do with it is your decision, and the work is yours."),
        heading(_("You can expect")),
        items(
            _("Someone who takes you seriously and says honestly what they see"),
            _("About {meeting_minutes} minutes every {rhythm_days} days or so"),
            _("Questions more often than answers"),
        ),
        heading(_("You can't expect")),
        items(
            _("A job or a recommendation: mentoring is not a job-search service"),
            _("Therapy, or legal or medical advice"),
            _("Someone who decides for you"),
        ),
        heading(_("What you give")),
        _("Your mentor wants to learn, too. Tell them what you see from where you stand, say what "
          "helped, and say thank you."),
    ),
    "lead": module(
        _("Take the first step"),
        _("Pairs do well when the mentee leads. You are not a burden: your mentor has signed up "
          "for this and waits to hear from you."),
        heading(_("Before each meeting")),
        items(
            _("Suggest two or three times, and say how you would like to meet"),
            _("Send two or three points that you want to talk about"),
            _("Look at what you wanted to try since last time"),
        ),
        heading(_("In the meeting")),
        items(
            _("Begin with what matters most to you today"),
            _("Say which kind of help you want: to think aloud, to hear a story, or feedback"),
            _("Ask for feedback, listen to the end, then decide what to keep"),
        ),
        heading(_("After the meeting")),
        items(
            _("Write down one thing that you will try, and until when"),
            _("Tell your mentor how it went, also when it didn't work"),
            _("If you have to move a meeting, say so early and suggest another time"),
        ),
        _("If you hear nothing from your mentor, write once more, then tell the committee."),
    ),
    "discretion": module(
        _("Discretion: what stays between you"),
        _("What you say to each other stays between you. It is no secret that you are a pair; "
          "everything else is confidential."),
        heading(_("What you keep to yourself")),
        items(
            _("What your mentor tells you about their own life, work and mistakes"),
            _("Contacts that your mentor gives you: ask before you use their name"),
            _("Messages and notes: don't forward them, and don't quote them online"),
        ),
        heading(_("What you should leave out")),
        _("You can describe a difficult situation without names of people or organisations. Leave "
          "out what you have promised elsewhere to keep to yourself, for example at work."),
        heading(_("When confidentiality ends")),
        _("Your mentor has to speak when someone is in danger or the law requires it, and tells "
          "you first if that is safe. The same is true for you."),
        _("The committee sees that you meet and when, but never your agenda or notes."),
    ),
    "course": module(
        _("Goals, and when it doesn't work"),
        heading(_("Goals")),
        _("In your first meetings you write an agreement together. Bring one or two goals, and for "
          "each of them how you will know that you have reached it. You can change them at any "
          "time."),
        heading(_("If it doesn't fit")),
        _("After the first meetings we ask each of you separately whether it fits. Say so if it "
          "doesn't: it is no one's fault, and you keep your priority for another match."),
        heading(_("When to contact us")),
        items(
            _("You are worried about someone's safety"),
            _("You feel pressured, used or uneasy, even if you can't say why"),
            _("There is a conflict of interest, for example because one of you may soon have to "
              "decide something about the other"),
        ),
        _("Every page has a link to the committee. If someone is in immediate danger, contact the "
          "emergency services first, then us."),
    ),
}  # fmt: skip

MENTEE_QUESTIONS: dict[str, Words] = {
    "lead": question(
        _("You have just been introduced to your mentor. What happens next?"),
        (
            _("You wait until your mentor writes"),
            _("You write first and suggest times"),
            _("The committee arranges the first meeting"),
        ),
        1,
        _("The first step is yours. A short message with two or three times is enough."),
    ),
    "secret": question(
        _("Your mentor told you about a conflict. A friend who knows the people asks about it. "
          "What do you say?"),
        (
            _("That what you talk about stays between you and your mentor"),
            _("The outline, without the names"),
            _("Everything, because your friend keeps secrets"),
        ),
        0,
        _("Your mentor speaks openly because it stays between you. Without names, people still "
          "recognise each other."),
    ),
    "job": question(
        _("Your mentor's company has a vacancy that you would like. What do you do?"),
        (
            _("Ask your mentor to pass on your application"),
            _("Say nothing about it, and apply"),
            _("Apply as everyone does, and prepare for it with your mentor"),
        ),
        2,
        _("Your mentor can help you prepare, but is not there to get you a job. If you say early "
          "that you are applying, neither of you is put on the spot."),
    ),
}  # fmt: skip

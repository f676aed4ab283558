"""The product's orientation of mentors: parts to read, then questions."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .orientation_writing import Words, heading, items, module, question

MENTOR_MODULES: dict[str, Words] = {
    "role": module(
        _("What a mentor is, and is not"),
        _("A mentor is someone with more experience who makes time for one person. You listen, ask "
          "questions, share your own experience when it helps, and introduce people now and then. "
          "Your mentee does the work."),
        heading(_("You are")),
        items(
            _("A sounding board: someone from outside to think aloud with"),
            _("An honest mirror: you say what you see, kindly and early"),
            _("A guide to unwritten rules and to useful contacts"),
        ),
        heading(_("You are not")),
        items(
            _("A manager: you don't judge performance or give orders"),
            _("A therapist: you notice when something is beyond you, and say so"),
            _("A recruiter: mentoring is not a job-search service"),
            _("A rescuer: your mentee makes the decisions and lives with them"),
        ),
        heading(_("Understanding matters more than similarity")),
        _("Mentoring works best when you understand and accept what the other person is going "
          "through, not when you are alike. That is why we asked what you have been through, and "
          "why we may match you with someone quite different from you."),
        heading(_("It goes both ways")),
        _("Mentors tell us that they learn as much as they give. Say at the start what you would "
          "like to get out of it. Your mentee will be glad to have something to offer."),
    ),
    "asking": module(
        _("Ask more than you tell"),
        _("When someone brings us a problem, we first think of our own solution. It fitted our own "
          "life. Keep it to yourself for now, and ask questions first."),
        heading(_("Open questions")),
        items(
            _("What would a good outcome look like?"),
            _("What have you tried, and what did you learn from it?"),
            _("What are the pros and cons, and what does your gut say?"),
            _("What would you tell a friend in your position?"),
            _("What is the smallest step you could take this week?"),
        ),
        heading(_("Questions to avoid")),
        items(
            _("Have you thought of …? (That is advice with a question mark.)"),
            _("Why didn't you …? (That is a reproach.)"),
        ),
        heading(_("When to tell your own story")),
        _("Your experience is why you are here. Offer it after the questions, as one example and "
          "not as the rule: what happened, what you did, and what you would do differently today. "
          "Then ask which parts of it fit."),
        heading(_("Feedback")),
        _("Say what you noticed and what effect it had on you, then ask how your mentee sees it. "
          "Stick to one thing at a time. Ask for feedback on yourself, too."),
        heading(_("Silence")),
        _("Wait a few seconds before you fill a pause. People often say the most important thing "
          "after it."),
    ),
    "boundaries": module(
        _("Limits, boundaries and when to call us"),
        _("Good boundaries protect both of you. They are easier to set at the start than halfway "
          "through."),
        heading(_("Time and contact")),
        _("Agree how often you meet, how you contact each other, and when you don't answer. Then "
          "keep to it: if you reply at midnight once, your mentee will expect it again."),
        heading(_("Money, favours and relationships")),
        items(
            _("No loans, no paid work for each other, no selling"),
            _("No romantic relationship while you are mentor and mentee"),
            _("Only small presents"),
            _("Don't ask your mentee for a favour that you would not ask of a colleague"),
        ),
        heading(_("Subjects that need a professional")),
        _("Illness, grief, violence, debt, legal trouble: you can listen, but you don't have to "
          "solve it. Say that it matters and that it needs someone with training. Then look for "
          "that help together. The committee can suggest where to start."),
        heading(_("When to contact us")),
        items(
            _("You are worried about someone's safety"),
            _("You feel pressured, used or uneasy, even if you can't say why"),
            _("There is a conflict of interest, for example because one of you may soon have to "
              "decide something about the other"),
            _("Your mentee has left {unanswered_messages} or more messages unanswered"),
        ),
        _("Every page has a link to the committee. You can ask us not to tell your mentee. If "
          "someone is in immediate danger, contact the emergency services first, then us."),
    ),
    "confidentiality": module(
        _("What stays between you, and what can't"),
        _("What you say to each other stays between you. It is no secret that you are a pair; "
          "everything else is confidential."),
        heading(_("What that means in practice")),
        items(
            _("You don't report anything to people around your mentee, such as family, friends or "
              "an employer, not even praise"),
            _("You don't tell stories in which someone could recognise your mentee"),
            _("You keep notes safe and destroy them at the end"),
            _("The committee sees that you meet and when, but never your agenda or notes"),
        ),
        heading(_("When confidentiality ends")),
        _("There are limits. Explain them in your first meeting:"),
        items(
            _("Someone is in danger, your mentee or another person"),
            _("The law requires it"),
            _("Your own work requires it, for example because you must act when you hear of "
              "harassment"),
        ),
        _("If you have to break confidentiality, tell your mentee first if that is safe. Say only "
          "what is necessary, and tell the committee that you did."),
        heading(_("What the committee asks you")),
        _("Now and then you get a short survey. It says who reads your answers before you start. "
          "Your mentee never sees your answers, and you never see theirs."),
    ),
    "course": module(
        _("First meeting, agreement, good ending"),
        heading(_("The first meeting")),
        _("Your mentee writes first and suggests times. Reply quickly and warmly. In the first "
          "meeting, talk about who you are, why you are here, what would make this worthwhile, and "
          "what your limits are. Leave problem-solving for later."),
        heading(_("The agreement")),
        _("In your first meetings you write an agreement together: how often you meet, your goals, "
          "what you will do, and what stays confidential. For each goal, write down how you will "
          "know that you have reached it. This prevents most disappointments, and you can change "
          "the agreement at any time."),
        heading(_("Along the way")),
        _("It is normal for meetings to move. If you haven't met for a while, suggest a short "
          "call. Look at the goals from time to time and celebrate what you have reached."),
        heading(_("If it doesn't fit")),
        _("After the first meetings we ask each of you separately whether it fits. Tell us if it "
          "doesn't. It is no one's fault, both of you get another chance, and an honest talk "
          "sometimes changes things. Fading out is what hurts."),
        heading(_("A good ending")),
        _("You start to plan your last conversation {end_notice_days} days before the end: what "
          "you reached, what you learned, what comes next, and whether you stay in touch. Say "
          "thank you. A good ending is part of mentoring."),
    ),
}  # fmt: skip

MENTOR_QUESTIONS: dict[str, Words] = {
    "advice": question(
        _("Your mentee asks: “Should I take the job?” What do you do first?"),
        (
            _("Say what you would do"),
            _("Ask for the pros and cons, and what matters most to them"),
            _("Say that mentoring is not for questions like this"),
        ),
        1,
        _("It is the mentee's decision. A good question helps for longer than a good answer. "
          "You can tell your own story afterwards."),
    ),
    "lead": question(
        _("Who suggests the dates and brings the agenda?"),
        (
            _("The mentor, who has more experience"),
            _("The committee"),
            _("The mentee; the mentor replies and adds to it"),
        ),
        2,
        _("The mentee takes the initiative. If you hear nothing, ask once, then tell us."),
    ),
    "secret": question(
        _("Someone who knows your mentee well asks you how the mentoring is going. What do you "
          "say?"),
        (
            _("That you meet, and that everything else stays between you"),
            _("Only the good things"),
            _("That you are not a mentor"),
        ),
        0,
        _("It is no secret that you are a pair, but what you talk about is. "
          "Even praise would be a report."),
    ),
    "danger": question(
        _("Your mentee says they are thinking of harming themselves. What do you do?"),
        (
            _("Keep it to yourself, as agreed"),
            _("Stay with them, get help now, and tell the committee "
              "that you had to break confidentiality"),
            _("Suggest talking about it at the next meeting"),
        ),
        1,
        _("Confidentiality ends where a person is in danger. "
          "You don't have to handle this alone, and you don't treat it yourself."),
    ),
    "job": question(
        _("Your mentee asks you to find them a job at your company. What do you do?"),
        (
            _("Pass on their application and recommend them"),
            _("Explain kindly that mentoring is not a job-search service, "
              "and look at what they can do themselves"),
            _("End the mentoring"),
        ),
        1,
        _("You can share contacts and knowledge, but finding a job is not the purpose of "
          "mentoring. If you say so early, it does no harm."),
    ),
    "fit": question(
        _("After two meetings it doesn't feel right. What is the best next step?"),
        (
            _("Answer more and more slowly"),
            _("Carry on until the end"),
            _("Say so in the fit check or to the committee, and talk about it respectfully"),
        ),
        2,
        _("Not every pair works, and that is no one's fault. "
          "An honest talk may change things; silence never does."),
    ),
}  # fmt: skip

"""Replace e-mail addresses and import ids in stored pools by row numbers of the same order.

Scores, plans and hashes stay as they were made. The hash of a round that was run before this
migration covers the old keys, so only its plan can be recomputed, not its hash from the people.
"""

from __future__ import annotations

from django.db import migrations

from matching.storage.serialization import pack, unpack


def ranks(values):
    return {value: f"{rank:07d}" for rank, value in enumerate(sorted(values))}


def opaque(facts):
    """Return the facts of a packed pool with row numbers for keys; keys are stored in order."""
    mentees, mentors = ranks(facts["mentees.ids"]), ranks(facts["mentors.ids"])
    sides = {"mentees": mentees, "mentors": mentors}
    names = {name for side in sides for name in facts.get(f"{side}.person") or ()}
    people = ranks(names)
    for side, keys in sides.items():
        facts[f"{side}.ids"] = [keys[key] for key in facts[f"{side}.ids"]]
        if facts.get(f"{side}.person"):
            facts[f"{side}.person"] = [people[name] for name in facts[f"{side}.person"]]
    facts["pairs"] = {
        code: [[mentees[a], mentors[b]] for a, b in pairs] for code, pairs in facts["pairs"].items()
    }
    for wishes in ("mentee_wishes", "mentor_wishes"):
        facts[wishes] = [[mentees[a], mentors[b], rank] for a, b, rank in facts[wishes]]
    return facts


def make_opaque(apps, schema_editor):
    for stored in apps.get_model("matching", "Snapshot").objects.iterator():
        facts, arrays = unpack(stored.people)
        stored.people = pack(opaque(facts), arrays)
        stored.columns["keys"] = [facts["mentees.ids"], facts["mentors.ids"]]
        stored.save(update_fields=["people", "columns"])


class Migration(migrations.Migration):
    dependencies = [("matching", "0001_initial")]
    operations = [migrations.RunPython(make_opaque, migrations.RunPython.noop)]

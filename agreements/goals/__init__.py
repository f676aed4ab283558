"""Goals of a pair, and what the mentor wants to learn: words, state, steps and history.

1. Either of the two changes the goals of the pair. A mentor's own goals are changed by the mentor,
   and read by the mentee only if the mentor shares them.
2. A signed agreement keeps its words. Its goals become rows here when it comes into force, and
   follow a later version (`agreed`).
3. Each verb locks the match, so that it cannot end meanwhile and no two changes meet.
4. Nothing changes after the end of the pair.
"""

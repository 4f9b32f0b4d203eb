"""Questions in words: understood by tables of words, answered by calls of the facade, each sentence with its rows.

No language model. `entities` finds codes, days, modifiers, systems; `topics` holds what can be asked, as data;
`understand` joins the two, and declines rather than guesses; the rest says what the facade answers.
"""

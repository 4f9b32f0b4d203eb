"""Every kind of page: an address, and for what is only sent, a button that sends it."""

from __future__ import annotations

PAGES = {
    "home": ("/", ""),
    "results": ("/?q=loop+ileostomy", ""),
    "no results": ("/?q=zzzz+nothing", ""),
    "code": ("/code/cpt/44310", ""),
    "code of ICD-10-PCS": ("/code/icd10pcs/0D1B0Z4", ""),
    "code of ICD-10-CM": ("/code/icd10cm/K50.012", ""),
    "unknown code": ("/code/cpt/44311", ""),
    "concept": ("/concept/site/ileum", ""),
    "family": ("/concept/family/enterostomy-creation", ""),
    "ontology": ("/ontology", ""),
    "sites": ("/facets", ""),
    "methods": ("/facets?scheme=method", ""),
    "crosswalk, empty": ("/crosswalk", ""),
    "crosswalk": ("/crosswalk?code=44310", ""),
    "price, empty": ("/price", ""),
    "price": ("/price?code=44310&locality=NE&setting=facility", ""),
    "price of a session": ("/price?code=44310+44620-51", ""),
    "price, wrong": ("/price?code=44310&locality=zzzz", ""),
    "check, empty": ("/check", ""),
    "check": ("/check?lines=44310+44187x3", ""),
    "check, wrong": ("/check?lines=what", ""),
    "ask, empty": ("/ask", ""),
    "ask": ("/ask?q=Which+modifiers+can+be+used+with+44310%3F", ""),
    "note, empty": ("/suggest", ""),
    "note": ("/suggest", "main button.second"),
    "graph, empty": ("/graph", ""),
    "graph": ("/graph?code=44310", ""),
    "graph of a concept": ("/graph?code=stoma%3Aileostomy", ""),
    "way": ("/path?from=44310&to=44620", ""),
    "SPARQL": ("/query?name=codes_at_site", ""),
    "SPARQL, rows": ("/query", "main form[method=post] button"),
    "sources": ("/about", ""),
}
# How pages are looked at.
LOOKS = {"light": {}, "dark": {"dark": True}, "phone": {"phone": True}}


def show(browser, address, kind, **look):
    """Open a page of a kind, sending what it needs."""
    path, button = PAGES[kind]
    browser.open(address + path, **look)
    if button:
        browser.run("window.before = true")
        browser.click(button)
        browser.until("window.before === undefined && document.readyState === 'complete'")

"""What a citizen reads of tools."""

from dataclasses import dataclass

from web.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Words as the user guide of Verktøyformidleren has them."""

    title: str
    mine: str
    every: str
    tabs: str
    mine_text: str
    every_text: str
    search: str
    search_button: str
    clear: str
    purpose: str
    subject_area: str
    target_group: str
    language: str
    any: str
    none_mine: str
    none_found: str
    new: str
    is_mine: str
    needs_prescription: str
    needs_prescription_text: str
    withdrawn: str
    withdrawn_text: str
    unnamed: str
    read_more: str
    open: str
    add: str
    delete: str
    sent_by: str
    sent_at: str
    added_at: str
    added_yourself: str
    deadline: str
    last_opened: str
    message: str
    message_missing: str
    supplier: str
    health_body: str
    minimum_age: str
    years: str
    back: str
    not_found_title: str
    not_found_text: str
    added_done: str
    deleted_done: str
    delete_title: str
    delete_back: str
    delete_gone: str
    delete_supplier: str
    opening: str
    opening_text: str


TOOLS = Texts(
    nb=Tools(
        title="Verktøy",
        mine="Mine verktøy",
        every="Alle verktøy",
        tabs="Hvilke verktøy",
        mine_text="Verktøy som behandlere har sendt deg, og dem du har lagt til selv.",
        every_text="Alle verktøy som er tilgjengelige for deg.",
        search="Søk i verktøyene",
        search_button="Søk",
        clear="Vis alle",
        purpose="Formål",
        subject_area="Fagområde",
        target_group="Målgruppe",
        language="Språk",
        any="Alle",
        none_mine="Du har ingen verktøy ennå. Se alle verktøy for å legge til et.",
        none_found="Ingen verktøy passer med søket.",
        new="Ny",
        is_mine="Lagt til",
        needs_prescription="Må sendes av en behandler",
        needs_prescription_text="Du kan ikke legge til dette verktøyet selv. En behandler må sende det til deg.",
        withdrawn="Trukket tilbake",
        withdrawn_text="Verktøyet er trukket tilbake og kan ikke åpnes.",
        unnamed="Et verktøy",
        read_more="Les mer",
        open="Åpne verktøy",
        add="Legg til",
        delete="Slett",
        sent_by="Sendt av",
        sent_at="Sendt",
        added_at="Lagt til",
        added_yourself="Lagt til av deg",
        deadline="Ta det i bruk innen",
        last_opened="Sist åpnet",
        message="Hilsen fra behandleren",
        message_missing="Hilsenen fra behandleren kan ikke vises akkurat nå.",
        supplier="Leverandør",
        health_body="Anbefalt av",
        minimum_age="Aldersgrense",
        years="{count} år",
        back="Til verktøyene",
        not_found_title="Verktøyet finnes ikke her",
        not_found_text=(
            "Det er ikke blant verktøyene dine, og det er ikke åpent for alle. En behandler kan sende det til deg."
        ),
        added_done="Verktøyet er lagt til i Mine verktøy.",
        deleted_done="Verktøyet er slettet fra Mine verktøy.",
        delete_title="Slette {name}?",
        delete_back="Verktøyet blir borte fra Mine verktøy. Du kan legge det til igjen fra Alle verktøy.",
        delete_gone=(
            "Verktøyet er ikke åpent for alle. Sletter du det, må en behandler sende det til deg på nytt før du "
            "kan bruke det igjen."
        ),
        delete_supplier="Det som er lagret i verktøyet hos leverandøren, blir ikke slettet.",
        opening="Åpner verktøyet",
        opening_text="Du går nå videre til leverandøren av verktøyet.",
    ),
    nn=Tools(
        title="Verktøy",
        mine="Mine verktøy",
        every="Alle verktøy",
        tabs="Kva verktøy",
        mine_text="Verktøy som behandlarar har sendt deg, og dei du har lagt til sjølv.",
        every_text="Alle verktøy som er tilgjengelege for deg.",
        search="Søk i verktøya",
        search_button="Søk",
        clear="Vis alle",
        purpose="Formål",
        subject_area="Fagområde",
        target_group="Målgruppe",
        language="Språk",
        any="Alle",
        none_mine="Du har ingen verktøy enno. Sjå alle verktøy for å leggje til eit.",
        none_found="Ingen verktøy passar med søket.",
        new="Ny",
        is_mine="Lagt til",
        needs_prescription="Må sendast av ein behandlar",
        needs_prescription_text="Du kan ikkje leggje til dette verktøyet sjølv. Ein behandlar må sende det til deg.",
        withdrawn="Trekt tilbake",
        withdrawn_text="Verktøyet er trekt tilbake og kan ikkje opnast.",
        unnamed="Eit verktøy",
        read_more="Les meir",
        open="Opne verktøy",
        add="Legg til",
        delete="Slett",
        sent_by="Sendt av",
        sent_at="Sendt",
        added_at="Lagt til",
        added_yourself="Lagt til av deg",
        deadline="Ta det i bruk innan",
        last_opened="Sist opna",
        message="Helsing frå behandlaren",
        message_missing="Helsinga frå behandlaren kan ikkje visast akkurat no.",
        supplier="Leverandør",
        health_body="Tilrådd av",
        minimum_age="Aldersgrense",
        years="{count} år",
        back="Til verktøya",
        not_found_title="Verktøyet finst ikkje her",
        not_found_text=(
            "Det er ikkje blant verktøya dine, og det er ikkje ope for alle. Ein behandlar kan sende det til deg."
        ),
        added_done="No ligg verktøyet i Mine verktøy.",
        deleted_done="Verktøyet er sletta frå Mine verktøy.",
        delete_title="Slette {name}?",
        delete_back="Verktøyet blir borte frå Mine verktøy. Du kan leggje det til igjen frå Alle verktøy.",
        delete_gone=(
            "Verktøyet er ikkje ope for alle. Slettar du det, må ein behandlar sende det til deg på nytt før du "
            "kan bruke det igjen."
        ),
        delete_supplier="Det som er lagra i verktøyet hos leverandøren, blir ikkje sletta.",
        opening="Opnar verktøyet",
        opening_text="Du går no vidare til leverandøren av verktøyet.",
    ),
    en=Tools(
        title="Tools",
        mine="My tools",
        every="All tools",
        tabs="Which tools",
        mine_text="Tools that practitioners have sent you, and those that you have added yourself.",
        every_text="All tools that are available to you.",
        search="Search the tools",
        search_button="Search",
        clear="Show all",
        purpose="Purpose",
        subject_area="Subject area",
        target_group="Target group",
        language="Language",
        any="All",
        none_mine="You have no tools yet. See all tools to add one.",
        none_found="No tools match the search.",
        new="New",
        is_mine="Added",
        needs_prescription="Must be sent by a practitioner",
        needs_prescription_text="You cannot add this tool yourself. A practitioner must send it to you.",
        withdrawn="Withdrawn",
        withdrawn_text="The tool has been withdrawn and cannot be opened.",
        unnamed="A tool",
        read_more="Read more",
        open="Open tool",
        add="Add",
        delete="Delete",
        sent_by="Sent by",
        sent_at="Sent",
        added_at="Added",
        added_yourself="Added by you",
        deadline="Start using it by",
        last_opened="Last opened",
        message="Message from the practitioner",
        message_missing="The message from the practitioner cannot be shown right now.",
        supplier="Supplier",
        health_body="Recommended by",
        minimum_age="Lowest age",
        years="{count} years",
        back="To the tools",
        not_found_title="The tool is not here",
        not_found_text=(
            "It is not one of your tools, and it is not open to everyone. A practitioner can send it to you."
        ),
        added_done="The tool has been added to My tools.",
        deleted_done="The tool has been deleted from My tools.",
        delete_title="Delete {name}?",
        delete_back="The tool will be removed from My tools. You can add it again from All tools.",
        delete_gone=(
            "The tool is not open to everyone. If you delete it, a practitioner must send it to you again before "
            "you can use it."
        ),
        delete_supplier="What is stored in the tool at the supplier is not deleted.",
        opening="Opening the tool",
        opening_text="You are now going on to the supplier of the tool.",
    ),
)

"""Which audience a scope belongs to."""

PRESCRIBE = "nhn:verktoyformidler/prescribe"
READ_PRESCRIPTIONS = "nhn:verktoyformidler/read"
EDIT_OFFERING = "nhn:helsetilbud/edit"
REDEEM_LAUNCHES = "nhn:helsetilbud/supplier"
SUPPLY_TOOLS = "nhn:verktoykatalog/supplier"
ASSURE_TOOLS = "nhn:verktoykatalog/assure"
READ_CATALOG = "nhn:verktoykatalog/read"
COPY_CATALOG = "nhn:verktoykatalog/copy"
ADMINISTER_CATALOG = "nhn:verktoykatalog/admin"
SHOW_CITIZENS = "nhn:verktoyformidler/citizen-pages"
ASK_FOR_PRESCRIBERS = "nhn:verktoyformidler/supplier"
CHECK_ACTIVE = "nhn:helsenorge.eksternapi/helsenorgeaktivsjekken"
VERIFY_REPRESENTATION = "nhn:samtykke/representation"
CHECK_RESERVATIONS = "nhn:samtykke/reservations"
SEND_CAMPAIGNS = "nhn:varsling/send"
APPROVE_CAMPAIGNS = "nhn:varsling/approve"
OPERATE = "nhn:drift/operate"

# named after an interface older than the service that answers it now
_ODD_ONES = {CHECK_ACTIVE: "nhn:samtykke"}
# operators use the same scope at every service, so the audience must be said
_OF_EVERY_AUDIENCE = frozenset({OPERATE})


def audiences_of(scopes: list[str]) -> set[str]:
    """The audiences that the scopes point to; empty when none of them points to one."""
    pointing = [scope for scope in scopes if scope not in _OF_EVERY_AUDIENCE]
    return {_ODD_ONES.get(scope, scope.split("/", 1)[0]) for scope in pointing}

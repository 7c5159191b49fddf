"""Words that carry no meaning of their own, and words that lead outside the catalogue."""

# Words that carry no meaning of their own in a question about payments.
FILLER = frozenset(
    """
    a able about accordingly across actual actually additionally afterwards again ahead all along already
    also although altogether always am among amongst amounting an and announced annual answer answering any
    anybody anyone anyway anyways apparently applied appreciate appreciated are arrange as asap ask asked
    asking assist assume at attached audit auditor auditors available aware away bank basically be became
    because become becomes been began begin begins begun behaved being believe besides bit board boss both
    breakdown bring broken btw bunch by calculate call came can card cardholder cardholders cards care case
    cases cause caused causes causing chance charge charged chart check checked cheers choose clear closely
    colleague colleagues collect collected combined come comes coming compile compiled complete completely
    composed compute concerned concerning conduct conducted confirm confirmed considering contain contained
    contains correctly corresponding could count counted counts course cover covered curious current
    currently d data deal dear decide decided deeply definitely depend describe described detail details
    determine determined develop developed did director discuss discussed display do does doing done down
    draw drill due during each earn earned easy effectively either encountered enough entire entirely
    establish established etc evaluate evaluated even eventually ever every everybody everyone evidence
    exact exactly examine examined example execute executed exist expect extract extracted faced fact fairly
    far feel fetch fetched figure figures file filed files finally find fine finish finished focus folks
    following for from full function functions fyi gather gathered generally get get's gets getting give
    given glad glance go goes going gone gonna good got gotten grab graph grateful great greetings group-by
    grouped guess guys had handed handle handled happen happened happening happens has have having he hear
    held hello help helpful hence her here hereby hey hi highlight highlighted his hiya honest hope how i
    i'd i'm i've id idea ideally identify if im important in include included including incurred indeed
    indicate indicated individually info inform information informed initiated inside inspect inspected
    instance interested interesting into involve involved is issued it its ive just keep kept kind kindly
    knew know known lately latest lead lemme let lets level levels like likely line lines list little ll
    lodged look looking looks lot lots lovely m madam made mainly make managed manager many matter may maybe
    me meaning meant measure measured mention mere merely might mind mine minute moment monitor monitored
    moving much must my myself namely nearly necessary need needed needs nice normal normally noted nothing
    notice noticed now number numeric observe observed obtain obtained obviously occasion occur occurred
    occurrence occurrences occurring occurs of offer often ok okay on once one ones only open opened
    operation or ordinary otherwise our our's ours ourselves out output over overall overview own pack paid
    particular particularly pass pay paying per perform performance performed performing perhaps period
    person pick piece place places plain please plot pls plus point points possible possibly precise prepare
    prepared preparing present presentation pretty print probably process processed produced progress
    properly provide provided pull pulled purely purpose purposes put question questions quick quickly quite
    rank ranked ranking ranks rather re reach read readily ready real really receive received recent
    recently recorded refer reflect reflected regard regarding regards registered related remember report
    reported reporting reports request required respect respective respectively result results retrieve
    retrieved return returned review right run s said saw say see seeing seem seems seen send separately
    serve set settle several shall she shortly should show showing shown side simply sir situation slide
    slides so solely some somebody somehow someone something soon sort speak specific specifically specified
    specify spend spent split splitted stand stands started stated status stay still stood stuff submit
    submitted such summary supplied supply supposed sure surely t ta table take tally task team tell tells
    term terms than thank thanks that that's the their theirs them then there thereby thereof these they
    think thinking those thought through throughout thus to together told too took total totals track
    tracked true try trying turn turned type undergone understand up update upfront upon us use used useful
    using usual usually value values various ve verify very via view visualise wanna want wanted wanting
    wants was way ways we well went were what whatever whats when whenever where whereas whereby whether
    which who whole whose will wise wish wishes with within wonder wondering work works would yeah yearly
    yes yet you your yourself
    """.split()  # noqa: SIM905 -- a list of words reads as a text
)


# Words that a question outside the catalogue is about; they are never taken for a typo of another word.
OUTSIDE = frozenset(
    """
    accountant accounting ads advertising age anniversary app apps arrears article asset assets atmosphere
    attrition audience bankruptcy basel birthday bitcoin bond bonds bonus branch branches branding
    breakfast broker budget building cafeteria calendar campaign candidate canteen capital car carbon
    career cashflow cat ceo cfo chairman christmas churn click clicks climate co2 code colour commute
    company competitor competitors complaints compose conference contract contracts cook cooking corona
    covid crypto cto customer customers cv debt debug debugging delivery demographic demographics dentist
    department deposit deposits diet dinner dividend doctor dog download downloads draft easter ebitda
    election email emission emissions employee employees employer engagement equities equity essay essays
    etf euribor exchange exercise expense expenses facebook fedex feedback female film finance flight
    football footprint furniture game gdp gdpr gender gift gold google gossip government grammar guideline
    gym hardware headcount headline health hire hiring hobby holiday horoscope hospital hospitals hotel
    house household houses html income inflation insolvency instagram insurance insurer interest
    internship interview inventory invest investing investment investments investor investors invoice
    invoices iphone javascript jobs joke journalist kpmg landing language laptop law laws lawsuit lawyer
    leads lease legal legally legislation lending liability libor library license lifetime linkedin linux
    liquidity loan loans lottery loyalty lunch magazine mail male marketing maternity mayor medicine
    meeting meme microsoft minister ministry mood mortgage mortgages movie museum music names nationality
    neighbourhood news newsletter newspaper novel npl nps office onboarding operating opinion oven
    overtime paper paragraph parking party password passwords pasta payroll payslip pci pension people pet
    phone pizza podcast poem poet politics pollution population portfolio president price prices prime
    printer privacy product products profit profitability profits program programming promotion property
    province puppy python quantum quarterback quote rain rainfall recession recipe recruiting recruitment
    reddit refinancing regulation regulations religion rent restaurant retention revenue revenues roadmap
    salaries salary salesforce satisfaction school score scores seat seats segment segments sentiment seo
    server servers sessions shareholder shares shipping shoes sick skill skills sleep slogan snow soccer
    social software solvency song songs speech sponsor sport sports spouse staff startup stationery
    statute stock stocks storm story strategy strike stroke subscriber subscribers subway sunny supplier
    survey surveys takeover tax taxes teacher temperature tenant tennis terminals ticketing tokyo toner
    tourism toy trading traffic train training translate trip tv twitter university usability user users
    vacation vacations vaccine vat vendor vendors video videos visitors vote wage wages warehouse weather
    website wedding wikipedia wind windows wine workforce workload write xml yoga youtube zodiac
    """.split()  # noqa: SIM905 -- a list of words reads as a text
)


# Words that narrow a question down to rows that no dimension tells apart, or to a part of its days; they
# are never taken for a typo of another word, so that they are asked about.
NARROWING = frozenset(
    """
    early earlier late later mid middle half single double twice distinct unique new old prepaid debit
    credit commercial corporate consumer premium business working morning afternoon evening night noon
    midnight public partial full net second third weekly monthly daily hourly repeat first-time failed
    """.split()  # noqa: SIM905 -- a list of words reads as a text
)

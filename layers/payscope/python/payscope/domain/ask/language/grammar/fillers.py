"""Words that carry no meaning of their own, and words that lead outside the catalogue."""

# Words that carry no meaning of their own in a question about payments.
FILLER = frozenset(
    """
    a about across all also altogether among amongst an and answer any are as at bank be because been
    being breakdown broken by calculate came can card cards charge charged chart clear come compute could
    count counts current currently d data develop developed did display do does done down draw due during
    each earn earned entire every exact exactly figure figures find following for from get get's give go
    going got graph group-by grouped had happen happened has have having he hello her here hey hi his how
    i if in individually info information into is it its just kind know latest let lets level levels like
    list ll look looking m made make many may me might mine much my need now number occur occurred of ok
    okay on one ones only open opened or our our's ours out over overall overview paid pay paying per
    performance performing please plot precise present process processed question rank ranked ranking
    ranks re receive received recent recently recorded report reported reporting reports respective
    respectively result results s said saw say see seen separately settle she should show shown so some
    sort spend spent split splitted summary t table take tell term terms than thank thanks that the their
    them then there these they those through to told took total totals up us use used using value values
    ve via view visualise want was we well went were what whats when where which who whole whose will with
    within work would you your
    """.split()  # noqa: SIM905 -- a list of words reads as a text
)


# Words that a question outside the catalogue is about; they are never taken for a typo of another word.
OUTSIDE = frozenset(
    """
    advertising age birthday bitcoin bond bonds breakfast budget calendar campaign capital capital-ratio
    cardholder-name churn click clicks code competitor competitors contract contracts credit-score crypto
    customer customers delivery demographic demographics deposit deposits dinner dividend ebitda election
    email employee employees equity etf flight football forecast-weather gdp gender headcount hire hiring
    holiday horoscope hotel hr income inflation interest-rate inventory javascript joke lawyer legal
    lending liquidity loan loans lottery loyalty lunch mail marketing meeting mortgage movie music names
    news nps office password passwords payroll phone poem population portfolio president price prices
    profit profitability program python rain recipe restaurant salaries salary satisfaction score scores
    sentiment sessions share-price shipping soccer staff stock stocks story sunny supplier tax taxes
    temperature traffic translate visitors warehouse weather website
    """.split()  # noqa: SIM905 -- a list of words reads as a text
)

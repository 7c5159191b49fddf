-- The state of matching by report, so that the files behind a match rate are told without its rows. Roll-ups from
-- before are of another layout and are built anew.

alter table payscope.event_cube_daily
    drop constraint event_cube_daily_cube_check,
    add constraint event_cube_daily_cube_check check (cube in (
        'network', 'shop', 'bin', 'merchant', 'issuer', 'hour', 'entry', 'report', 'match', 'match_shop',
        'match_report'));

alter table payscope.event_cube_monthly
    drop constraint event_cube_monthly_cube_check,
    add constraint event_cube_monthly_cube_check check (cube in (
        'network', 'shop', 'bin', 'merchant', 'issuer', 'hour', 'entry', 'report', 'match', 'match_shop',
        'match_report', 'code'));

-- What the database's own catalogue must say for tenants to stay apart, one query per rule.
-- A query gives the offenders; no row means that the rule holds. Only what belongs to PostgreSQL
-- and its extensions is left out, so a table in a forgotten schema is an offender as well.

create temp view our_schema as
    select oid, nspname as name, nspowner as owner, nspname <> 'payscope_private' as for_tenants
      from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema';
create temp view our_relation as
    select c.*, c.oid::regclass::text as name, s.name as schema, s.for_tenants
      from pg_class c join our_schema s on s.oid = c.relnamespace
     where not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e');
create temp view our_table as
    select * from our_relation where relkind in ('r', 'p') and for_tenants;
create temp view our_function as
    select p.*, p.oid::regprocedure::text as name
      from pg_proc p join our_schema s on s.oid = p.pronamespace
     where not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');

-- rule: every table has row-level security enabled and forced
select name from our_table where not (relrowsecurity and relforcerowsecurity);

-- rule: every table has the one policy on the signed context
select name from our_table t
 where not exists (
    select from pg_policy p
     where p.polrelid = t.oid and p.polname = 'own_bank' and p.polpermissive and p.polcmd = '*'
       and p.polroles = '{0}'
       and pg_get_expr(p.polqual, t.oid) = '(bank_id = ( SELECT payscope.current_bank_id() AS current_bank_id))'
       and pg_get_expr(p.polwithcheck, t.oid) = '(bank_id = ( SELECT payscope.current_bank_id() AS current_bank_id))');

-- rule: no other policy widens it
select polrelid::regclass || '.' || polname from pg_policy
 where polname <> 'own_bank'
   and not (polrelid = 'payscope.bank'::regclass and polname = 'owner_lists' and polcmd = 'r'
            and polroles = array['payscope_owner'::regrole::oid]);

-- rule: every table has bank_id uuid not null
select name from our_table t
 where not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'bank_id'
                      and a.attnotnull and a.atttypid = 'uuid'::regtype);

-- rule: every unique key leads with bank_id
select i.indexrelid::regclass::text
  from pg_index i join our_table t on t.oid = i.indrelid
  left join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
 where i.indisunique and a.attname is distinct from 'bank_id';

-- rule: every foreign key leads with bank_id on both sides
select t.name || '.' || k.conname
  from pg_constraint k join our_table t on t.oid = k.conrelid
  join pg_attribute here on here.attrelid = k.conrelid and here.attnum = k.conkey[1]
  join pg_attribute there on there.attrelid = k.confrelid and there.attnum = k.confkey[1]
 where k.contype = 'f' and (here.attname <> 'bank_id' or there.attname <> 'bank_id');

-- rule: everything belongs to the owner role
select name from our_relation where relkind in ('r', 'p', 'v', 'm', 'S', 'f') and relowner <> 'payscope_owner'::regrole
 union all
select name from our_function where proowner <> 'payscope_owner'::regrole
 union all
select name from our_schema where name ~ '^payscope' and owner <> 'payscope_owner'::regrole;

-- rule: a view runs with its reader's rights
select name from our_relation
 where relkind = 'v' and not coalesce(reloptions @> '{security_invoker=true}', false);

-- rule: nothing holds rows that policies cannot reach
select name from our_relation where relkind in ('m', 'f');

-- rule: no sequence tells one bank how busy the others are
select name from our_relation where relkind = 'S' and for_tenants;

-- rule: a function runs as the owner only from the list
select name from our_function
 where prosecdef and oid not in (
    'payscope.current_bank_id()'::regprocedure, 'payscope.schema_version()'::regprocedure,
    'payscope.bank_ids()'::regprocedure, 'payscope.ensure_event_partition(date)'::regprocedure,
    'payscope.drop_expired_event_partitions()'::regprocedure,
    'payscope.refresh_statistics(date, date, bigint)'::regprocedure);

-- rule: a function that runs as the owner fixes its search path
select name from our_function
 where prosecdef and not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false);

-- rule: the public may run no function
select name from our_function
 where exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) a where a.grantee = 0);

-- rule: a partition is reached through its parent only
select name from our_table
 where relispartition
   and exists (select from aclexplode(coalesce(relacl, acldefault('r', relowner))) a where a.grantee <> relowner);

-- rule: only the application has been granted tables
select name from our_relation
 where exists (select from aclexplode(relacl) a
                where a.grantee <> relowner
                  and (a.grantee <> 'payscope_app'::regrole or not for_tenants));

-- rule: the application reads and writes rows, no more
select name || ': ' || a.privilege_type from our_relation, aclexplode(relacl) a
 where a.grantee = 'payscope_app'::regrole
   and (a.is_grantable or a.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'));

-- rule: facts are never deleted and logs never changed
select name || ': ' || a.privilege_type from our_relation, aclexplode(relacl) a
 where a.grantee = 'payscope_app'::regrole
   and ((a.privilege_type = 'DELETE' and name in ('payscope.bank', 'payscope.event', 'payscope.break'))
     or (a.privilege_type in ('UPDATE', 'DELETE')
         and name in ('payscope.receipt', 'payscope.audit_event', 'payscope.break_resolution')));

-- rule: the application may create nothing that stays
select name from our_schema where has_schema_privilege('payscope_app', oid, 'CREATE');

-- rule: the application owns nothing
select classid::regclass || ' ' || objid from pg_shdepend
 where refobjid = 'payscope_app'::regrole and deptype = 'o'
   and not exists (select from pg_class c where c.oid = objid and c.relpersistence = 't');

-- rule: neither role is above the policies
select rolname from pg_roles
 where rolname in ('payscope_app', 'payscope_owner')
   and (rolsuper or rolbypassrls or rolcreaterole or rolreplication);

-- rule: the application is a member of no role
select roleid::regrole::text from pg_auth_members where member = 'payscope_app'::regrole;

-- rule: nobody else reads past the policies
select rolname from pg_roles
 where (rolbypassrls or rolsuper) and rolcanlogin and rolname <> 'postgres';

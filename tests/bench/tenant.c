#include "bench/tenant.h"

#include "support/program.h"

#include "base/banned.h"

bench_tenant bench_tenant_make(testapp *app, const char *code)
{
    oq_arena *arena = testapp_arena(app);
    oq_str email = oq_str_lower(arena, oq_strf(arena, "admin@%s.example", code));
    oq_uuid tenant = testapp_tenant(app, code);
    testapp_person(app, tenant, ROLE_TENANT_ADMIN, email.ptr);
    testclient *c = testclient_open(app);
    testclient_sign_in(c, email.ptr);
    testreply r = testclient_json(c, "POST", "/api/tokens",
                                  "{\"name\":\"bench\",\"days\":1,\"capabilities\":"
                                  "[\"asset.read\",\"history.write\",\"event.write\","
                                  "\"incident.read\",\"incident.read_detail\"]}");
    if (r.status != 201)
        program_give_up("no token");
    oq_str token = testclient_member(c, &r, "secret");
    bench_tenant made = {.id = oq_uuid_text(arena, tenant),
                         .auth = oq_strf(arena, "Authorization: Bearer %.*s\r\n", OQ_FMT(token))};
    testclient_close(c);
    return made;
}

/* The bytes of a model:
 *
 *   4 bytes   "OQBT"
 *   1 byte    BOOST_FORM
 *   varints   task, classes, columns, rounds, nodes
 *   8 bytes   time_spread; 4 bytes base (doubles and floats as their bits, little endian)
 *   8 bytes   importance of each column
 *   each node, the trees one after the other, each in preorder:
 *     varint  0: a leaf; else the column + 1, times two, + 1 when a missing value goes left
 *     4 bytes value; 4 bytes cover
 *   8 bytes   checksum (oq_hash) of all before
 *
 * Where a tree ends follows from its shape, so bytes cannot say anything that is no tree. */
#include <math.h>

#include "quant/boost_inner.h"
#include "quant/code_bytes.h"

#include "base/banned.h"

enum { BOOST_FORM = 1, NODE_BYTES_MIN = 9, HEAD_BYTES_MAX = 5 + 5 * CODE_VARINT_MAX + 12 };

static const char boost_magic[4] = {'O', 'Q', 'B', 'T'};

static uint64_t double_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint8_t *put_float(uint8_t *to, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_bytes(to, bits, sizeof bits);
}

static uint8_t *put_node(uint8_t *to, const boost_node *n)
{
    uint64_t mark =
        n->column == BOOST_LEAF ? 0 : ((uint64_t)n->column + 1) * 2 + (n->missing_left ? 1 : 0);
    return put_float(put_float(put_varint(to, mark), n->value), n->cover);
}

void boost_write(const boost_model *m, oq_buf *out)
{
    OQ_AUTO(oq_buf) all = oq_buf_make(BOOST_BYTES_MAX);
    uint8_t some[HEAD_BYTES_MAX], *to = some;
    oq_buf_put(&all, boost_magic, sizeof boost_magic);
    *to++ = BOOST_FORM;
    to = put_varint(put_varint(to, (uint64_t)m->task), m->classes);
    to = put_varint(put_varint(put_varint(to, m->columns), m->rounds), m->nodes);
    to = put_float(put_64(to, double_bits(m->time_spread)), m->base);
    oq_buf_put(&all, some, (size_t)(to - some));
    for (size_t i = 0; i < m->columns; i++)
        oq_buf_put(&all, some, (size_t)(put_64(some, double_bits(m->importance[i])) - some));
    for (size_t i = 0; i < m->nodes; i++)
        oq_buf_put(&all, some, (size_t)(put_node(some, &m->node[i]) - some));
    oq_buf_put(&all, some, (size_t)(put_64(some, oq_hash(oq_buf_view(&all))) - some));
    assert(!all.overflow); /* BOOST_NODES_MAX nodes have room */
    oq_buf_str(out, oq_buf_view(&all));
}

/* --- reading -------------------------------------------------------------------------------------*/

static oq_err *malformed(const char *reason)
{
    return oq_fail(OQ_MALFORMED, "boost.bytes_malformed", "reason=%s", reason);
}

static double take_double(byte_reader *in)
{
    uint64_t bits = take_64(in);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float take_float(byte_reader *in)
{
    const uint8_t *bytes = take_bytes(in, 4);
    uint32_t bits = 0;
    float value;
    for (unsigned i = 0; bytes && i < 4; i++)
        bits |= (uint32_t)bytes[i] << (8 * i);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool take_head(byte_reader *in, boost_model *m)
{
    uint64_t task = take_varint(in), classes = take_varint(in), columns = take_varint(in);
    uint64_t rounds = take_varint(in), nodes = take_varint(in);
    if (in->is_broken || task < BOOST_BINARY || task > BOOST_SURVIVAL || columns < 1 ||
        columns > BOOST_COLUMNS_MAX || rounds > BOOST_ROUNDS_MAX || classes > BOOST_CLASSES_MAX ||
        (task == BOOST_CLASSES ? classes < 2 : classes != 1))
        return false;
    if (nodes < rounds * classes || nodes > BOOST_NODES_MAX ||
        nodes > reader_left(in) / NODE_BYTES_MIN || columns > reader_left(in) / 8)
        return false;
    m->task = (boost_task)task;
    m->classes = classes, m->columns = columns, m->rounds = rounds, m->nodes = nodes;
    m->time_spread = take_double(in);
    m->base = take_float(in);
    return isfinite(m->base) && isfinite(m->time_spread) && m->time_spread > 0;
}

/* A node with all below it, at *at; false: no such tree. */
static bool take_node(byte_reader *in, const boost_model *m, size_t first, size_t *at, int depth)
{
    if (*at >= m->nodes || depth > BOOST_DEPTH_MAX)
        return false;
    boost_node *n = &m->node[(*at)++];
    uint64_t mark = take_varint(in);
    n->value = take_float(in);
    n->cover = take_float(in);
    if (in->is_broken || mark == 1 || mark / 2 > m->columns || !isfinite(n->value) ||
        !isfinite(n->cover) || n->cover <= 0)
        return false;
    n->column = mark ? (int32_t)(mark / 2 - 1) : BOOST_LEAF;
    n->missing_left = mark & 1;
    if (!mark)
        return true;
    if (!take_node(in, m, first, at, depth + 1))
        return false;
    n->right = (uint32_t)(*at - first);
    return take_node(in, m, first, at, depth + 1);
}

static bool take_trees(byte_reader *in, boost_model *m)
{
    size_t at = 0;
    for (size_t k = 0; k < boost_trees(m); k++) {
        m->first[k] = at;
        if (!take_node(in, m, at, &at, 0))
            return false;
    }
    m->first[boost_trees(m)] = at;
    return at == m->nodes;
}

oq_err *boost_read(oq_arena *arena, oq_str bytes, boost_model **ret_model)
{
    enum { FRAME = sizeof boost_magic + 1 + 8 };
    if (bytes.len < FRAME || memcmp(bytes.ptr, boost_magic, sizeof boost_magic) != 0)
        return malformed("no model");
    if (bytes.ptr[4] != BOOST_FORM)
        return oq_fail(OQ_INVALID, "boost.bytes_version", "version=%d known=%d",
                       (uint8_t)bytes.ptr[4], BOOST_FORM);
    oq_str body = oq_str_sub(bytes, 0, bytes.len - 8);
    if (load_64((const uint8_t *)bytes.ptr + body.len) != oq_hash(body))
        return malformed("checksum");
    byte_reader in = {.at = (const uint8_t *)bytes.ptr + sizeof boost_magic + 1,
                      .end = (const uint8_t *)bytes.ptr + body.len};
    boost_model *m = oq_new(arena, boost_model);
    if (!take_head(&in, m))
        return malformed("head");
    m->importance = oq_new_n(arena, double, m->columns);
    m->first = oq_new_n(arena, size_t, boost_trees(m) + 1);
    m->node = oq_new_n(arena, boost_node, m->nodes);
    for (size_t i = 0; i < m->columns; i++) {
        m->importance[i] = take_double(&in);
        if (!(m->importance[i] >= 0 && m->importance[i] <= 1))
            return malformed("importance");
    }
    if (!take_trees(&in, m) || in.is_broken || reader_left(&in))
        return malformed("trees");
    *ret_model = m;
    return NULL;
}

/* base/banned.h
 *
 * Calls that have hurt too many programs. Each name has a better sister in base/, named here.
 * Included last by base/base.h, so that a use does not compile. */
#ifndef OQ_BANNED_H
#define OQ_BANNED_H

#ifndef OQ_ALLOW_BANNED
#undef strcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef strtok
#undef atoi
#undef atol
#undef atof
#undef gets
#undef localtime
#undef gmtime
#define strcpy(...)    oq_banned_strcpy_use_oq_str()
#define strcat(...)    oq_banned_strcat_use_oq_buf()
#define sprintf(...)   oq_banned_sprintf_use_oq_strf()
#define vsprintf(...)  oq_banned_vsprintf_use_oq_strf()
#define strtok(...)    oq_banned_strtok_use_oq_str_cut()
#define atoi(...)      oq_banned_atoi_use_oq_parse_i64()
#define atol(...)      oq_banned_atol_use_oq_parse_i64()
#define atof(...)      oq_banned_atof_use_oq_parse_f64()
#define localtime(...) oq_banned_localtime_use_web_format()
#define gmtime(...)    oq_banned_gmtime_use_oq_time()
#endif

#endif

/* The symbols that units are made of.
 *
 * Factors are exact where the definition is (SI brochure, 9th edition; NIST SP 811, appendix B.8:
 * inch, pound, gallon, BTU-IT, calorie-IT, conventional water and mercury columns). Amounts of gas
 * are those of an ideal gas, with R = 8.314462618 J/(mol K): Nm3 at 0 degC and 101 325 Pa, Sm3 at
 * 15 degC and 101 325 Pa (ISO 13443), scf at 60 degF and 14.696 psi. */
#include "quant/unit.h"

#include "base/banned.h"

#define ONE                                                                                        \
    {                                                                                              \
        0                                                                                          \
    }
#define LENGTH                                                                                     \
    {                                                                                              \
        1                                                                                          \
    }
#define AREA                                                                                       \
    {                                                                                              \
        2                                                                                          \
    }
#define VOLUME                                                                                     \
    {                                                                                              \
        3                                                                                          \
    }
#define SPEED                                                                                      \
    {                                                                                              \
        1, 0, -1                                                                                   \
    }
#define ACCEL                                                                                      \
    {                                                                                              \
        1, 0, -2                                                                                   \
    }
#define FLOW                                                                                       \
    {                                                                                              \
        3, 0, -1                                                                                   \
    }
#define MASS                                                                                       \
    {                                                                                              \
        0, 1                                                                                       \
    }
#define TIME                                                                                       \
    {                                                                                              \
        0, 0, 1                                                                                    \
    }
#define PER_S                                                                                      \
    {                                                                                              \
        0, 0, -1                                                                                   \
    }
#define CURRENT                                                                                    \
    {                                                                                              \
        0, 0, 0, 1                                                                                 \
    }
#define CHARGE                                                                                     \
    {                                                                                              \
        0, 0, 1, 1                                                                                 \
    }
#define TEMP                                                                                       \
    {                                                                                              \
        0, 0, 0, 0, 1                                                                              \
    }
#define AMOUNT                                                                                     \
    {                                                                                              \
        0, 0, 0, 0, 0, 1                                                                           \
    }
#define MOLAR                                                                                      \
    {                                                                                              \
        0, 0, -1, 0, 0, 1                                                                          \
    }
#define LIGHT                                                                                      \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 1                                                                        \
    }
#define LUX                                                                                        \
    {                                                                                              \
        -2, 0, 0, 0, 0, 0, 1                                                                       \
    }
#define THING                                                                                      \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 1                                                                     \
    }
#define ANGLE                                                                                      \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 1                                                                  \
    }
#define ACIDITY                                                                                    \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 1                                                               \
    }
#define TURBID                                                                                     \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1                                                            \
    }
#define LEVEL                                                                                      \
    {                                                                                              \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1                                                         \
    }
#define FORCE                                                                                      \
    {                                                                                              \
        1, 1, -2                                                                                   \
    }
#define PRESS                                                                                      \
    {                                                                                              \
        -1, 1, -2                                                                                  \
    }
#define ENERGY                                                                                     \
    {                                                                                              \
        2, 1, -2                                                                                   \
    }
#define POWER                                                                                      \
    {                                                                                              \
        2, 1, -3                                                                                   \
    }
#define VOLT                                                                                       \
    {                                                                                              \
        2, 1, -3, -1                                                                               \
    }
#define OHM                                                                                        \
    {                                                                                              \
        2, 1, -3, -2                                                                               \
    }
#define SIEMENS                                                                                    \
    {                                                                                              \
        -2, -1, 3, 2                                                                               \
    }
#define FARAD                                                                                      \
    {                                                                                              \
        -2, -1, 4, 2                                                                               \
    }
#define HENRY                                                                                      \
    {                                                                                              \
        2, 1, -2, -2                                                                               \
    }
#define VISCOUS                                                                                    \
    {                                                                                              \
        -1, 1, -1                                                                                  \
    }
#define STOKES                                                                                     \
    {                                                                                              \
        2, 0, -1                                                                                   \
    }
#define DOSE                                                                                       \
    {                                                                                              \
        2, 0, -2                                                                                   \
    }

#define ATM        101325.0
#define INCH       0.0254
#define FOOT       0.3048
#define POUND      0.45359237
#define GRAVITY    9.80665
#define PSI        (POUND * GRAVITY / (INCH * INCH))
#define GALLON     3.785411784e-3
#define GALLON_UK  4.54609e-3
#define BARREL     (42 * GALLON)
#define BTU        1055.05585262
#define CALORIE    4.1868
#define HOUR       3600.0
#define DAY        86400.0
#define YEAR       (365.25 * DAY)
#define NORMAL     (ATM / (8.314462618 * 273.15))
#define STANDARD   (ATM / (8.314462618 * 288.15))
#define SCF        (14.696 * PSI * FOOT * FOOT * FOOT / (8.314462618 * (519.67 / 1.8)))
#define FREEZING_F (459.67 / 1.8)

const unit_symbol unit_symbols[] = {
    /* plain numbers */
    {"1", 1, 0, ONE},
    {"%", 0.01, 0, ONE},
    {"percent", 0.01, 0, ONE},
    {"pct", 0.01, 0, ONE},
    {"%RH", 0.01, 0, ONE},
    {"%LEL", 0.01, 0, ONE},
    {"%vol", 0.01, 0, ONE},
    {"vol%", 0.01, 0, ONE},
    {"wt%", 0.01, 0, ONE},
    {"mol%", 0.01, 0, ONE},
    {"‰", 0.001, 0, ONE},
    {"ppm", 1e-6, 0, ONE},
    {"ppmv", 1e-6, 0, ONE},
    {"ppmw", 1e-6, 0, ONE},
    {"ppb", 1e-9, 0, ONE},
    /* length, area, volume */
    {"m", 1, 0, LENGTH, true},
    {"micron", 1e-6, 0, LENGTH},
    {"in", INCH, 0, LENGTH},
    {"inch", INCH, 0, LENGTH},
    {"ft", FOOT, 0, LENGTH},
    {"mil", INCH / 1000, 0, LENGTH},
    {"mils", INCH / 1000, 0, LENGTH},
    {"mile", 5280 * FOOT, 0, LENGTH},
    {"ha", 1e4, 0, AREA},
    {"L", 1e-3, 0, VOLUME, true},
    {"l", 1e-3, 0, VOLUME, true},
    {"cc", 1e-6, 0, VOLUME},
    {"gal", GALLON, 0, VOLUME},
    {"igal", GALLON_UK, 0, VOLUME},
    {"bbl", BARREL, 0, VOLUME},
    /* time, turns */
    {"s", 1, 0, TIME, true},
    {"sec", 1, 0, TIME},
    {"min", 60, 0, TIME},
    {"h", HOUR, 0, TIME},
    {"hr", HOUR, 0, TIME},
    {"hrs", HOUR, 0, TIME},
    {"d", DAY, 0, TIME},
    {"day", DAY, 0, TIME},
    {"days", DAY, 0, TIME},
    {"week", 7 * DAY, 0, TIME},
    {"yr", YEAR, 0, TIME},
    {"year", YEAR, 0, TIME},
    {"Hz", 1, 0, PER_S, true},
    {"Bq", 1, 0, PER_S, true},
    {"rpm", 1 / 60.0, 0, PER_S},
    {"RPM", 1 / 60.0, 0, PER_S},
    {"cpm", 1 / 60.0, 0, PER_S},
    {"rev", 1, 0, ONE},
    {"r", 1, 0, ONE},
    {"rad", 1, 0, ANGLE, true},
    {"deg", 3.14159265358979323846 / 180, 0, ANGLE},
    {"°", 3.14159265358979323846 / 180, 0, ANGLE},
    /* speed, acceleration */
    {"ips", INCH, 0, SPEED},
    {"mph", 5280 * FOOT / HOUR, 0, SPEED},
    {"mpy", INCH / 1000 / YEAR, 0, SPEED},
    {"gn", GRAVITY, 0, ACCEL},
    /* flow of volume */
    {"gpm", GALLON / 60, 0, FLOW},
    {"gpd", GALLON / DAY, 0, FLOW},
    {"MGD", 1e6 * GALLON / DAY, 0, FLOW},
    {"igpm", GALLON_UK / 60, 0, FLOW},
    {"MIGD", 1e6 * GALLON_UK / DAY, 0, FLOW},
    {"bpd", BARREL / DAY, 0, FLOW},
    {"bph", BARREL / HOUR, 0, FLOW},
    {"cfm", FOOT *FOOT *FOOT / 60, 0, FLOW},
    {"acfm", FOOT *FOOT *FOOT / 60, 0, FLOW},
    {"cfs", FOOT *FOOT *FOOT, 0, FLOW},
    /* mass, force */
    {"g", 1e-3, 0, MASS, true},
    {"gCO2", 1e-3, 0, MASS, true},
    {"gCO2e", 1e-3, 0, MASS, true},
    {"t", 1e3, 0, MASS}, /* no prefixes: "mt" is a tonne to many */
    {"kt", 1e6, 0, MASS},
    {"Mt", 1e9, 0, MASS},
    {"tCO2", 1e3, 0, MASS},
    {"tCO2e", 1e3, 0, MASS},
    {"ktCO2e", 1e6, 0, MASS},
    {"MtCO2e", 1e9, 0, MASS},
    {"lb", POUND, 0, MASS},
    {"lbs", POUND, 0, MASS},
    {"klb", 1000 * POUND, 0, MASS},
    {"N", 1, 0, FORCE, true},
    {"kgf", GRAVITY, 0, FORCE},
    {"lbf", POUND *GRAVITY, 0, FORCE},
    /* pressure */
    {"Pa", 1, 0, PRESS, true},
    {"bar", 1e5, 0, PRESS, true},
    {"bara", 1e5, 0, PRESS, true},
    {"kPaa", 1e3, 0, PRESS},
    {"barg", 1e5, ATM, PRESS, true},
    {"kPag", 1e3, ATM, PRESS},
    {"MPag", 1e6, ATM, PRESS},
    {"psi", PSI, 0, PRESS},
    {"psia", PSI, 0, PRESS},
    {"psid", PSI, 0, PRESS},
    {"psig", PSI, ATM, PRESS},
    {"atm", ATM, 0, PRESS},
    {"torr", ATM / 760, 0, PRESS},
    {"mmHg", 133.322, 0, PRESS},
    {"inHg", 3386.389, 0, PRESS},
    {"mH2O", 9806.65, 0, PRESS},
    {"mmH2O", 9.80665, 0, PRESS},
    {"inH2O", 249.08891, 0, PRESS},
    /* temperature */
    {"K", 1, 0, TEMP, true},
    {"degC", 1, 273.15, TEMP},
    {"°C", 1, 273.15, TEMP},
    {"℃", 1, 273.15, TEMP},
    {"degF", 1 / 1.8, FREEZING_F, TEMP},
    {"°F", 1 / 1.8, FREEZING_F, TEMP},
    {"℉", 1 / 1.8, FREEZING_F, TEMP},
    {"degR", 1 / 1.8, 0, TEMP},
    /* energy, power */
    {"J", 1, 0, ENERGY, true},
    {"Wh", HOUR, 0, ENERGY, true},
    {"VAh", HOUR, 0, ENERGY, true},
    {"varh", HOUR, 0, ENERGY, true},
    {"VARh", HOUR, 0, ENERGY, true},
    {"cal", CALORIE, 0, ENERGY, true},
    {"BTU", BTU, 0, ENERGY},
    {"Btu", BTU, 0, ENERGY},
    {"kBTU", 1e3 * BTU, 0, ENERGY},
    {"MMBTU", 1e6 * BTU, 0, ENERGY},
    {"MMBtu", 1e6 * BTU, 0, ENERGY},
    {"therm", 1e5 * BTU, 0, ENERGY},
    {"TRh", 12000 * BTU, 0, ENERGY},
    {"Nm", 1, 0, ENERGY, true},
    {"W", 1, 0, POWER, true},
    {"VA", 1, 0, POWER, true},
    {"var", 1, 0, POWER, true},
    {"VAR", 1, 0, POWER, true},
    {"VAr", 1, 0, POWER, true},
    {"hp", 550 * FOOT *POUND *GRAVITY, 0, POWER},
    {"TR", 12000 * BTU / HOUR, 0, POWER},
    /* electricity, light, radiation */
    {"A", 1, 0, CURRENT, true},
    {"Ah", HOUR, 0, CHARGE, true},
    {"V", 1, 0, VOLT, true},
    {"ohm", 1, 0, OHM, true},
    {"Ohm", 1, 0, OHM, true},
    {"Ω", 1, 0, OHM, true},
    {"S", 1, 0, SIEMENS, true},
    {"uF", 1e-6, 0, FARAD}, /* not "F", "H", "C": degF, hours and degC are what is meant */
    {"nF", 1e-9, 0, FARAD},
    {"pF", 1e-12, 0, FARAD},
    {"mH", 1e-3, 0, HENRY},
    {"cd", 1, 0, LIGHT, true},
    {"lm", 1, 0, LIGHT, true},
    {"lx", 1, 0, LUX, true},
    {"Gy", 1, 0, DOSE, true},
    {"Sv", 1, 0, DOSE, true},
    /* viscosity */
    {"cP", 1e-3, 0, VISCOUS},
    {"cSt", 1e-6, 0, STOKES},
    /* amount of substance, and of gas */
    {"mol", 1, 0, AMOUNT, true},
    {"Nm3", NORMAL, 0, AMOUNT, true},
    {"Sm3", STANDARD, 0, AMOUNT, true},
    {"scf", SCF, 0, AMOUNT},
    {"scfm", SCF / 60, 0, MOLAR},
    {"scfh", SCF / HOUR, 0, MOLAR},
    {"MSCFD", 1e3 * SCF / DAY, 0, MOLAR},
    {"MMSCFD", 1e6 * SCF / DAY, 0, MOLAR},
    {"MMscfd", 1e6 * SCF / DAY, 0, MOLAR},
    /* counted, and scales of their own */
    {"pcs", 1, 0, THING},
    {"pc", 1, 0, THING},
    {"ea", 1, 0, THING},
    {"count", 1, 0, THING},
    {"counts", 1, 0, THING},
    {"item", 1, 0, THING},
    {"items", 1, 0, THING},
    {"unit", 1, 0, THING},
    {"units", 1, 0, THING},
    {"bag", 1, 0, THING},
    {"bags", 1, 0, THING},
    {"pH", 1, 0, ACIDITY},
    {"NTU", 1, 0, TURBID},
    {"FNU", 1, 0, TURBID},
    {"dB", 1, 0, LEVEL},
};
const size_t unit_symbol_count = OQ_COUNT(unit_symbols);

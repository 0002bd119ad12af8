#include "demoplant/plan.h"

#include "base/banned.h"

/* clang-format off */

/* --- classes: metric, unit, decimals | level, load, heat | slow, quick, white | range | at rest ------ */

#define RUNNING {"running", "1", 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, "RUN", true}

static const demo_class pump = {"centrifugal_pump", 40, {
    {"vibration_rms", "mm/s", 2,   1.7,  0.6,  0,      0.12, 0.10, 0.06,   0, 25,   0.12, "VIB"},
    {"temperature",   "degC", 1,   58,   9,    0.45,   0.8,  0.3,  0.15, -20, 180,  34,   "TEMP"},
    {"pressure",      "bar",  2,   14.2, -1.6, 0,      0.10, 0.06, 0.03,   0, 40,   2.1,  "PRES"},
    {"flow",          "m3/h", 1,   340,  260,  0,      4,    3,    1.2,    0, 900,  0,    "FLOW"},
    {"power_kw",      "kW",   1,   0.78, 0.55, 0,      0.01, 0.006, 0.003, 0, 1e5,  0,    "POW"},
    RUNNING}};

static const demo_class compressor = {"compressor", 90, {
    {"vibration_rms", "mm/s", 2,   2.1,  0.8,  0,      0.15, 0.12, 0.07,   0, 25,   0.15, "VIB"},
    {"temperature",   "degC", 1,   124,  18,   0.6,    1.5,  0.6,  0.25, -20, 260,  36,   "TEMP"},
    {"pressure",      "bar",  2,   38.5, 2.2,  0,      0.25, 0.15, 0.06,   0, 90,   4,    "PRES"},
    {"flow",          "m3/h", 0,   5200, 3900, 0,      60,   40,   15,     0, 12000, 0,   "FLOW"},
    {"oil_pressure",  "bar",  2,   2.6,  0.1,  -0.004, 0.03, 0.02, 0.01,   0, 6,    0.2,  "OILP"},
    {"power_kw",      "kW",   1,   0.80, 0.60, 0,      0.01, 0.006, 0.003, 0, 1e5,  0,    "POW"},
    RUNNING}};

static const demo_class gas_turbine = {"gas_turbine", 240, {
    {"vibration_rms", "mm/s", 2,   2.4,  0.7,  0,      0.15, 0.10, 0.06,   0, 25,   0.1,  "VIB"},
    {"temperature",   "degC", 1,   545,  60,   0.9,    3,    1.5,  0.6,    0, 750,  60,   "TEMP"},
    {"pressure",      "bar",  2,   15.8, 4.2,  -0.03,  0.08, 0.05, 0.02,   0, 30,   1,    "PRES"},
    {"fuel_flow",     "kg/s", 3,   7.4,  6.9,  0.012,  0.04, 0.02, 0.01,   0, 20,   0,    "FUEL"},
    {"speed",         "rpm",  0,   3000, 0,    0,      0.8,  1.2,  0.6,    0, 3600, 0,    "SPD"},
    {"power_kw",      "kW",   0,   0.80, 1.0,  -0.004, 0.004, 0.003, 0.001, 0, 3e5, 0,    "POW"},
    RUNNING}};

static const demo_class steam_turbine = {"steam_turbine", 300, {
    {"vibration_rms", "mm/s", 2,   1.9,  0.5,  0,      0.12, 0.08, 0.05,   0, 25,   0.1,  "VIB"},
    {"temperature",   "degC", 1,   536,  12,   0,      2,    1,    0.4,    0, 650,  80,   "TEMP"},
    {"pressure",      "bar",  1,   98,   24,   0,      0.6,  0.4,  0.15,   0, 160,  1,    "PRES"},
    {"vacuum",        "kPa",  2,   7.6,  1.1,  0.12,   0.1,  0.06, 0.02,   0, 101,  96,   "VAC"},
    {"power_kw",      "kW",   0,   0.80, 1.0,  -0.002, 0.004, 0.003, 0.001, 0, 3e5, 0,    "POW"},
    RUNNING}};

static const demo_class exchanger = {"heat_exchanger", 600, {
    {"temperature",   "degC", 1,   118,  14,   0.3,    1.0,  0.4,  0.2,    0, 300,  40,   "TEMP"},
    {"pressure",      "bar",  2,   11.4, 0.8,  0,      0.06, 0.04, 0.02,   0, 40,   9,    "PRES"},
    {"pressure_drop", "kPa",  1,   42,   38,   0,      0.8,  0.5,  0.25,   0, 250,  0,    "DP"},
    {"flow",          "m3/h", 1,   410,  330,  0,      5,    3,    1.2,    0, 900,  0,    "FLOW"},
    {NULL}}};

static const demo_class ro_train = {"ro_train", 120, {
    {"pressure",      "bar",  2,   61.5, 3.0,  -0.11,  0.25, 0.12, 0.06,   0, 90,   2,    "PRES"},
    {"pressure_drop", "kPa",  1,   118,  45,   0,      1.5,  0.8,  0.4,    0, 400,  0,    "DP"},
    {"flow",          "m3/h", 1,   520,  410,  0.9,    5,    3,    1.5,    0, 1200, 0,    "FLOW"},
    {"conductivity",  "uS/cm", 1,  310,  -30,  3.2,    4,    2,    1,      0, 5000, 310,  "COND"},
    {"temperature",   "degC", 1,   29,   0,    0.22,   0.2,  0.1,  0.05,   0, 60,   28,   "TEMP"},
    {"vibration_rms", "mm/s", 2,   2.0,  0.5,  0,      0.12, 0.10, 0.06,   0, 25,   0.1,  "VIB"},
    {"power_kw",      "kW",   1,   0.80, 0.70, 0,      0.01, 0.006, 0.003, 0, 1e5,  0,    "POW"},
    RUNNING}};

static const demo_class valve = {"control_valve", 15, {
    {"position",      "%",    1,   52,   60,   0,      1.2,  1.0,  0.3,    0, 100,  0,    "POS"},
    {"flow",          "m3/h", 1,   210,  230,  0,      4,    3,    1,      0, 600,  0,    "FLOW"},
    {"pressure",      "bar",  2,   9.8,  -1.1, 0,      0.08, 0.06, 0.03,   0, 30,   9.8,  "PRES"},
    {"temperature",   "degC", 1,   71,   6,    0.3,    0.6,  0.3,  0.1,  -20, 200,  38,   "TEMP"},
    {NULL}}};

static const demo_class transformer = {"transformer", 3600, {
    {"temperature",   "degC", 1,   61,   26,   0.75,   0.8,  0.3,  0.1,  -20, 160,  34,   "TEMP"},
    {"load_percent",  "%",    1,   68,   95,   0.3,    1.2,  0.8,  0.3,    0, 150,  0,    "LOAD", .follows_s = 1},
    {"hydrogen",      "ppm",  0,   38,   4,    0.1,    1.0,  0.5,  0.4,    0, 3000, 38,   "H2"},
    {"pressure",      "kPa",  1,   18,   3,    0.16,   0.2,  0.1,  0.05,   0, 100,  15,   "PRES"},
    {"vibration_rms", "mm/s", 2,   0.9,  0.3,  0,      0.05, 0.04, 0.03,   0, 25,   0.02, "VIB"},
    {NULL}}};

/* --- a refinery ------------------------------------------------------------------------------------- */

static const demo_unit refinery_units[] = {
    {"CDU",    NULL,  "area",            "Crude distillation",  "تقطير الخام"},
    {"CDU-1",  "CDU", "process_cell",    "Crude unit 1",        "وحدة الخام 1"},
    {"HCU-1",  NULL,  "process_cell",    "Hydrocracker 1",      "وحدة التكسير الهيدروجيني 1"},
    {"UTL",    NULL,  "production_unit", "Utilities",           "المرافق"},
    {"TK-FARM", NULL, "storage_zone",    "Tank farm",           "ساحة الخزانات"},
    {NULL}};

static const demo_asset refinery_assets[] = {
    {"CDU-1", "P-101",  "Crude charge pump A",       "مضخة شحن الخام أ",          &pump, "critical", 0.55, 900},
    {"CDU-1", "P-102",  "Crude charge pump B",       "مضخة شحن الخام ب",          &pump, "critical", 0.55, 900},
    {"CDU-1", "P-103",  "Desalter water pump",       "مضخة ماء إزالة الأملاح",    &pump, "medium",   0.10, 110},
    {"CDU-1", "P-104",  "Atmospheric bottoms pump",  "مضخة قاع البرج الجوي",      &pump, "high",     0.35, 450},
    {"CDU-1", "E-111",  "Crude preheat exchanger 1", "مبادل تسخين الخام 1",       &exchanger, "high", 0.20, 0},
    {"CDU-1", "E-112",  "Crude preheat exchanger 2", "مبادل تسخين الخام 2",       &exchanger, "high", 0.20, 0},
    {"CDU-1", "E-113",  "Overhead condenser",        "مكثف الأبخرة العلوية",      &exchanger, "medium", 0.15, 0},
    {"CDU-1", "FV-121", "Crude feed valve",          "صمام تغذية الخام",          &valve, "high",    0.30, 0},
    {"CDU-1", "FV-122", "Reflux valve",              "صمام الراجع",               &valve, "medium",  0.12, 0},
    {"HCU-1", "K-201",  "Recycle gas compressor",    "ضاغط غاز التدوير",          &compressor, "critical", 0.70, 5200},
    {"HCU-1", "K-202",  "Make-up gas compressor",    "ضاغط الغاز التعويضي",       &compressor, "high", 0.40, 2600},
    {"HCU-1", "P-211",  "Reactor feed pump A",       "مضخة تغذية المفاعل أ",      &pump, "critical", 0.60, 2100},
    {"HCU-1", "P-212",  "Reactor feed pump B",       "مضخة تغذية المفاعل ب",      &pump, "critical", 0.60, 2100},
    {"HCU-1", "E-221",  "Feed effluent exchanger",   "مبادل التغذية والناتج",     &exchanger, "high", 0.30, 0},
    {"HCU-1", "PV-231", "Separator pressure valve",  "صمام ضغط الفاصل",           &valve, "high",    0.25, 0},
    {"UTL",   "K-301",  "Instrument air compressor", "ضاغط هواء الأجهزة",         &compressor, "high", 0.30, 400},
    {"UTL",   "P-311",  "Cooling water pump A",      "مضخة ماء التبريد أ",        &pump, "high",    0.30, 630},
    {"UTL",   "P-312",  "Cooling water pump B",      "مضخة ماء التبريد ب",        &pump, "high",    0.30, 630},
    {"UTL",   "GT-321", "Captive gas turbine",       "توربين غازي داخلي",         &gas_turbine, "critical", 0.50, 28000},
    {"UTL",   "TR-331", "Main transformer",          "المحول الرئيسي",            &transformer, "critical", 0.80, 0},
    {"TK-FARM", "P-401", "Product loading pump",     "مضخة تحميل المنتجات",       &pump, "low",     0.05, 250},
    {"TK-FARM", "FV-411", "Loading flow valve",      "صمام تدفق التحميل",         &valve, "low",    0.05, 0},
    {NULL}};

/* --- a combined-cycle power station ------------------------------------------------------------------ */

static const demo_unit station_units[] = {
    {"BLK-1",   NULL,    "production_unit", "Block 1",            "الكتلة 1"},
    {"BLK-1-GT", "BLK-1", "unit",           "Gas turbines",       "التوربينات الغازية"},
    {"BLK-1-ST", "BLK-1", "unit",           "Steam cycle",        "الدورة البخارية"},
    {"SWY",     NULL,    "area",            "Switchyard",         "ساحة التحويل"},
    {"FUEL",    NULL,    "area",            "Fuel gas station",   "محطة غاز الوقود"},
    {NULL}};

static const demo_asset station_assets[] = {
    {"BLK-1-GT", "GT-11", "Gas turbine 11",           "التوربين الغازي 11",        &gas_turbine, "critical", 0.34, 185000},
    {"BLK-1-GT", "GT-12", "Gas turbine 12",           "التوربين الغازي 12",        &gas_turbine, "critical", 0.34, 185000},
    {"BLK-1-ST", "ST-10", "Steam turbine 10",         "التوربين البخاري 10",       &steam_turbine, "critical", 0.32, 190000},
    {"BLK-1-ST", "P-131", "Boiler feed pump A",       "مضخة تغذية الغلاية أ",      &pump, "critical", 0.30, 3200},
    {"BLK-1-ST", "P-132", "Boiler feed pump B",       "مضخة تغذية الغلاية ب",      &pump, "critical", 0.30, 3200},
    {"BLK-1-ST", "P-141", "Condensate pump A",        "مضخة المكثفات أ",           &pump, "high",    0.20, 480},
    {"BLK-1-ST", "P-142", "Condensate pump B",        "مضخة المكثفات ب",           &pump, "high",    0.20, 480},
    {"BLK-1-ST", "E-151", "Main condenser",           "المكثف الرئيسي",            &exchanger, "critical", 0.32, 0},
    {"BLK-1-ST", "E-152", "Lube oil cooler",          "مبرد زيت التزييت",          &exchanger, "medium", 0.10, 0},
    {"BLK-1-ST", "P-161", "Circulating water pump A", "مضخة ماء الدوران أ",        &pump, "high",    0.18, 1400},
    {"BLK-1-ST", "P-162", "Circulating water pump B", "مضخة ماء الدوران ب",        &pump, "high",    0.18, 1400},
    {"BLK-1-ST", "LV-171", "Drum level valve",        "صمام مستوى الأسطوانة",      &valve, "high",   0.25, 0},
    {"SWY",      "TR-11", "Step-up transformer 11",   "محول الرفع 11",             &transformer, "critical", 0.34, 0},
    {"SWY",      "TR-12", "Step-up transformer 12",   "محول الرفع 12",             &transformer, "critical", 0.34, 0},
    {"SWY",      "TR-10", "Step-up transformer 10",   "محول الرفع 10",             &transformer, "critical", 0.32, 0},
    {"FUEL",     "K-181", "Fuel gas compressor",      "ضاغط غاز الوقود",           &compressor, "critical", 0.60, 1900},
    {"FUEL",     "PV-191", "Fuel gas pressure valve", "صمام ضغط غاز الوقود",       &valve, "high",   0.40, 0},
    {NULL}};

/* --- a reverse-osmosis desalination plant -------------------------------------------------------------- */

static const demo_unit desal_units[] = {
    {"INTAKE", NULL, "area",            "Seawater intake", "مأخذ مياه البحر"},
    {"RO",     NULL, "production_unit", "Reverse osmosis", "التناضح العكسي"},
    {"POST",   NULL, "process_cell",    "Post-treatment",  "المعالجة اللاحقة"},
    {"ELEC",   NULL, "area",            "Substation",      "المحطة الفرعية"},
    {NULL}};

static const demo_asset desal_assets[] = {
    {"INTAKE", "P-501",  "Intake pump A",             "مضخة المأخذ أ",             &pump, "high",    0.35, 1200},
    {"INTAKE", "P-502",  "Intake pump B",             "مضخة المأخذ ب",             &pump, "high",    0.35, 1200},
    {"INTAKE", "P-503",  "Intake pump C",             "مضخة المأخذ ج",             &pump, "medium",  0.20, 1200},
    {"RO",     "RO-1",   "RO train 1",                "خط التناضح العكسي 1",       &ro_train, "critical", 0.25, 2300},
    {"RO",     "RO-2",   "RO train 2",                "خط التناضح العكسي 2",       &ro_train, "critical", 0.25, 2300},
    {"RO",     "RO-3",   "RO train 3",                "خط التناضح العكسي 3",       &ro_train, "critical", 0.25, 2300},
    {"RO",     "RO-4",   "RO train 4",                "خط التناضح العكسي 4",       &ro_train, "critical", 0.25, 2300},
    {"RO",     "P-511",  "High-pressure pump 1",      "مضخة الضغط العالي 1",       &pump, "critical", 0.25, 2200},
    {"RO",     "P-512",  "High-pressure pump 2",      "مضخة الضغط العالي 2",       &pump, "critical", 0.25, 2200},
    {"RO",     "P-513",  "High-pressure pump 3",      "مضخة الضغط العالي 3",       &pump, "critical", 0.25, 2200},
    {"RO",     "P-514",  "High-pressure pump 4",      "مضخة الضغط العالي 4",       &pump, "critical", 0.25, 2200},
    {"RO",     "FV-521", "Brine control valve 1",     "صمام المحلول الملحي 1",     &valve, "high",   0.20, 0},
    {"RO",     "FV-522", "Brine control valve 2",     "صمام المحلول الملحي 2",     &valve, "high",   0.20, 0},
    {"POST",   "E-531",  "Product water cooler",      "مبرد المياه المنتجة",       &exchanger, "medium", 0.15, 0},
    {"POST",   "P-541",  "Product transfer pump A",   "مضخة نقل المنتج أ",         &pump, "high",    0.40, 850},
    {"POST",   "P-542",  "Product transfer pump B",   "مضخة نقل المنتج ب",         &pump, "high",    0.40, 850},
    {"ELEC",   "TR-551", "Main transformer 1",        "المحول الرئيسي 1",          &transformer, "critical", 0.60, 0},
    {"ELEC",   "TR-552", "Main transformer 2",        "المحول الرئيسي 2",          &transformer, "critical", 0.60, 0},
    {NULL}};

const demo_site demo_sites[] = {
    {"ARAMCO_DEMO", "EAST-REF", "Eastern refinery", "مصفاة الشرقية", "SA", 26.7, 50.1,
     325000, "bbl/d", 10, 0.03, 0.02, 0.03, 27, 6, 10, refinery_units, refinery_assets,
     "examples/plant/demo-refinery.json"},
    {"POWER_DEMO", "RIY-CC", "Riyadh combined cycle", "محطة الرياض ذات الدورة المركبة", "SA", 24.5, 46.9,
     560, "MW", 15, 0.14, 0.04, 0.18, 27, 8, 11, station_units, station_assets,
     "examples/plant/demo-station.json"},
    {"WATER_DEMO", "JBL-RO", "Jubail desalination", "محطة تحلية الجبيل", "SA", 27.0, 49.6,
     50000, "m3/d", 20, 0.05, 0.02, 0.08, 27, 5, 9, desal_units, desal_assets,
     "examples/plant/demo-desalination.json"},
    {NULL}};
/* clang-format on */

size_t demo_signal_count(const demo_class *c)
{
    size_t n = 0;
    while (c->signal[n].metric)
        n++;
    return n;
}

size_t demo_asset_count(const demo_site *site)
{
    size_t n = 0;
    while (site->assets[n].code)
        n++;
    return n;
}

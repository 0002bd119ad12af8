/* Presets, in the words of the field. Failure modes and mechanisms carry the codes of ISO 14224;
 * severities and intervals are where a plant begins, before its own history speaks. */
#include "plant/preset_data.h"

#include <math.h>

#include "base/banned.h"

#define NO ((double)NAN)

/* clang-format off */

/* --- metrics that several classes share ------------------------------------------------------------ */

#define VIBRATION {"vibration_rms", "Vibration, RMS velocity", "الاهتزاز، سرعة RMS", "mm/s", false, NO, NO, 4.5, 7.1}
#define RUNNING   {"running", "Running", "التشغيل", "1", true, NO, NO, NO, NO}
#define POWER     {"power_kw", "Power", "القدرة", "kW", false, NO, NO, NO, NO}

/* --- failure modes that several classes share -------------------------------------------------------- */

#define BEARING {"bearing_fault", "VIB", "2.4", FAILURE_MECHANICAL, "Bearing fault", "عطل المحمل", \
    "Rising vibration and temperature, then seizure", "ارتفاع الاهتزاز والحرارة ثم توقف الدوران", \
    "Replace the bearing, check lubrication and alignment", "استبدال المحمل وفحص التزييت والمحاذاة", 8, 5, 4, 336, 12}
#define MISALIGNMENT {"misalignment", "VIB", "1.3", FAILURE_MECHANICAL, "Misalignment", "عدم المحاذاة", \
    "Vibration at twice the speed, coupling wear", "اهتزاز عند ضعف السرعة وتآكل القارنة", \
    "Align the shafts, inspect the coupling", "محاذاة الأعمدة وفحص القارنة", 5, 4, 5, 720, 6}

#define CHECK_BEARING {"Bearing noise and temperature", "صوت المحامل وحرارتها", \
    "Listen and touch: no grinding, no more than 20 degrees above last time", "استمع والمس: بلا احتكاك ولا ارتفاع يتجاوز 20 درجة عن المرة السابقة"}
#define CHECK_LEAKS {"Leaks", "التسربات", \
    "Seals, flanges and drains are dry", "موانع التسرب والفلنجات والمصارف جافة"}
#define CHECK_OIL {"Oil level and colour", "مستوى الزيت ولونه", \
    "Between the marks; clear, without foam or water", "بين العلامتين، صافٍ بلا رغوة أو ماء"}
#define CHECK_GUARD {"Coupling guard and foundation bolts", "واقي القارنة ومسامير القاعدة", \
    "In place and tight", "في مكانها ومشدودة"}

const preset_class preset_classes[] = {
    {"centrifugal_pump", "Centrifugal pump", "مضخة طاردة مركزية", "PU", 400, VIBRATION_GROUP1_RIGID,
     {VIBRATION,
      {"temperature", "Bearing temperature", "حرارة المحمل", "degC", false, NO, NO, 80, 95},
      {"pressure", "Discharge pressure", "ضغط الطرد", "bar", false, 6, 9, 18, 21},
      {"flow", "Flow", "التدفق", "m3/h", false, 120, 180, 600, NO}, POWER, RUNNING},
     {BEARING,
      {"cavitation", "LOO", "2.1", FAILURE_PROCESS, "Cavitation", "التكهف", "Low flow, noise, impeller erosion", "انخفاض التدفق وضجيج وتآكل الدفاعة",
       "Raise suction pressure or lower the flow, inspect the impeller", "رفع ضغط السحب أو خفض التدفق وفحص الدفاعة", 6, 5, 4, 24, 8},
      {"seal_leak", "ELP", "1.1", FAILURE_MECHANICAL, "Seal leak", "تسرب مانع التسرب", "Product escapes, pressure falls", "خروج المائع وانخفاض الضغط",
       "Replace the mechanical seal", "استبدال مانع التسرب الميكانيكي", 7, 5, 4, 120, 8},
      MISALIGNMENT},
     {CHECK_BEARING, CHECK_LEAKS, CHECK_OIL, CHECK_GUARD}},
    {"compressor", "Compressor", "ضاغط", "CO", 2500, VIBRATION_GROUP1_FLEXIBLE,
     {VIBRATION,
      {"temperature", "Discharge temperature", "حرارة الطرد", "degC", false, NO, NO, 150, 165},
      {"pressure", "Discharge pressure", "ضغط الطرد", "bar", false, 26, 31, 46, 50},
      {"flow", "Flow", "التدفق", "m3/h", false, 1500, 2200, 8500, NO},
      {"oil_pressure", "Lube oil pressure", "ضغط زيت التزييت", "bar", false, 1.2, 1.7, 3.6, NO}, POWER, RUNNING},
     {BEARING,
      {"lubrication_failure", "PDE", "2.4", FAILURE_MECHANICAL, "Lubrication failure", "عطل التزييت", "Falling oil pressure, rising temperature, trip", "انخفاض ضغط الزيت وارتفاع الحرارة ثم التوقف",
       "Check pump, filter and leaks of the oil system", "فحص مضخة الزيت والمرشح والتسربات", 9, 3, 4, 48, 8},
      {"valve_failure", "LOO", "2.5", FAILURE_MECHANICAL, "Valve failure", "عطل صمامات الضاغط", "Lower capacity, hot discharge", "انخفاض السعة وارتفاع حرارة الطرد",
       "Replace the compressor valves", "استبدال صمامات الضاغط", 6, 5, 5, 240, 12}},
     {CHECK_BEARING, CHECK_OIL, CHECK_LEAKS, CHECK_GUARD}},
    {"gas_turbine", "Gas turbine", "توربين غازي", "GT", 120000, VIBRATION_GROUP1_FLEXIBLE,
     {VIBRATION,
      {"temperature", "Exhaust temperature", "حرارة العادم", "degC", false, NO, NO, 600, 630},
      {"pressure", "Compressor discharge pressure", "ضغط طرد الضاغط", "bar", false, 10, 12, 19, 21},
      {"fuel_flow", "Fuel flow", "تدفق الوقود", "kg/s", false, NO, NO, 11, 12.5},
      {"speed", "Speed", "السرعة", "rpm", false, 2940, 2970, 3030, 3060}, POWER, RUNNING},
     {BEARING,
      {"blade_fouling", "LOO", "2.3", FAILURE_PROCESS, "Compressor blade fouling", "اتساخ ريش الضاغط", "Less power, hotter exhaust", "انخفاض القدرة وارتفاع حرارة العادم",
       "Wash the compressor", "غسل الضاغط", 4, 7, 3, 1000, 10}},
     {CHECK_OIL, CHECK_LEAKS, {"Inlet filter", "مرشح الهواء", "Pressure drop below the maker's limit", "هبوط الضغط دون حد الصانع"}}},
    {"steam_turbine", "Steam turbine", "توربين بخاري", "ST", 120000, VIBRATION_GROUP1_FLEXIBLE,
     {VIBRATION,
      {"temperature", "Steam temperature", "حرارة البخار", "degC", false, 480, 505, 560, 570},
      {"pressure", "Steam pressure", "ضغط البخار", "bar", false, 50, 65, 130, 140},
      {"vacuum", "Condenser pressure", "ضغط المكثف", "kPa", false, NO, NO, 13, 18}, POWER, RUNNING},
     {BEARING,
      {"vacuum_loss", "PDE", "1.1", FAILURE_PROCESS, "Loss of vacuum", "فقد التفريغ", "Less power, hot exhaust hood", "انخفاض القدرة وسخونة غطاء العادم",
       "Find the air leak, check ejectors and cooling water", "البحث عن تسرب الهواء وفحص القاذفات وماء التبريد", 7, 4, 3, 72, 10}},
     {CHECK_OIL, CHECK_BEARING, {"Gland steam", "بخار الحشوات", "Pressure steady, no steam at the glands", "ضغط مستقر بلا بخار عند الحشوات"}}},
    {"heat_exchanger", "Heat exchanger", "مبادل حراري", "HE", NO, 0,
     {{"temperature", "Outlet temperature", "حرارة المخرج", "degC", false, NO, NO, 140, 152},
      {"pressure", "Inlet pressure", "ضغط المدخل", "bar", false, 7, 9, 15, 18},
      {"pressure_drop", "Pressure drop", "هبوط الضغط", "kPa", false, NO, NO, 85, 110},
      {"flow", "Flow", "التدفق", "m3/h", false, 150, 220, 700, NO}},
     {{"fouling", "PLU", "2.2", FAILURE_PROCESS, "Fouling", "الترسبات", "Rising pressure drop, poor heat transfer", "ارتفاع هبوط الضغط وضعف انتقال الحرارة",
       "Clean the bundle, check the chemistry", "تنظيف حزمة الأنابيب وفحص المعالجة الكيميائية", 5, 7, 3, 1500, 24},
      {"tube_leak", "INL", "2.2", FAILURE_MECHANICAL, "Tube leak", "تسرب الأنابيب", "One side contaminates the other", "تلوث أحد الجانبين بالآخر",
       "Test and plug the tubes", "اختبار الأنابيب وسدها", 8, 3, 6, 168, 36}},
     {CHECK_LEAKS, {"Pressure drop", "هبوط الضغط", "Compare with the clean value", "قارنه بقيمة المبادل النظيف"}}},
    {"ro_train", "Reverse osmosis train", "خط تناضح عكسي", "OT", 2300, VIBRATION_GROUP1_RIGID,
     {{"pressure", "Feed pressure", "ضغط التغذية", "bar", false, 48, 54, 68, 72},
      {"pressure_drop", "Differential pressure", "فرق الضغط", "kPa", false, NO, NO, 200, 260},
      {"flow", "Permeate flow", "تدفق المنتج", "m3/h", false, 250, 330, 800, NO},
      {"conductivity", "Permeate conductivity", "موصلية المنتج", "uS/cm", false, NO, NO, 500, 700},
      {"temperature", "Feed temperature", "حرارة التغذية", "degC", false, NO, NO, 40, 45}, VIBRATION, POWER, RUNNING},
     {{"membrane_fouling", "PLU", "2.2", FAILURE_PROCESS, "Membrane fouling", "اتساخ الأغشية", "Higher pressure, less and saltier water", "ارتفاع الضغط وماء أقل وأكثر ملوحة",
       "Clean in place, check the pretreatment", "تنظيف الأغشية في مكانها وفحص المعالجة الأولية", 6, 6, 3, 800, 16}, BEARING},
     {CHECK_LEAKS, {"Cartridge filter", "مرشح الخرطوش", "Pressure drop below 100 kPa", "هبوط الضغط دون 100 كيلوباسكال"}}},
    {"control_valve", "Control valve", "صمام تحكم", "VA", NO, 0,
     {{"position", "Position", "الفتحة", "%", false, NO, 5, 95, NO},
      {"flow", "Flow", "التدفق", "m3/h", false, 60, 90, 420, NO},
      {"pressure", "Pressure", "الضغط", "bar", false, 6.2, 7.6, 13, 15},
      {"temperature", "Temperature", "الحرارة", "degC", false, NO, NO, 110, 130}},
     {{"valve_leakage", "INL", "1.1", FAILURE_MECHANICAL, "Valve leakage", "تسرب الصمام", "Pressure falls, flow passes when closed", "انخفاض الضغط ومرور التدفق عند الإغلاق",
       "Lap or replace seat and plug", "جلخ المقعد والسدادة أو استبدالهما", 5, 5, 5, 240, 6},
      {"stiction", "FTS", "1.6", FAILURE_MECHANICAL, "Sticking", "التصاق الصمام", "Position does not follow, loop oscillates", "الفتحة لا تتبع الأمر وتتذبذب الحلقة",
       "Repack, check the positioner", "تجديد الحشوة وفحص الموضع", 4, 6, 4, 480, 4}},
     {CHECK_LEAKS, {"Stroke", "الشوط", "Moves over the whole stroke without jerks", "يتحرك على كامل الشوط بلا تقطع"}}},
    {"transformer", "Power transformer", "محول قدرة", "PT", NO, 0,
     {{"temperature", "Oil temperature", "حرارة الزيت", "degC", false, NO, NO, 90, 105},
      {"load_percent", "Load", "الحمل", "%", false, NO, NO, 110, 130},
      {"hydrogen", "Hydrogen in oil", "الهيدروجين في الزيت", "ppm", false, NO, NO, 150, 700},
      {"pressure", "Tank pressure", "ضغط الخزان", "kPa", false, NO, NO, 30, 40}, VIBRATION},
     {{"winding_overheating", "OHE", "2.7", FAILURE_ELECTRICAL, "Winding overheating", "سخونة الملفات", "Hot oil, gas in oil, ageing insulation", "سخونة الزيت وغازات فيه وتقادم العزل",
       "Lower the load, check cooling, analyse dissolved gas", "خفض الحمل وفحص التبريد وتحليل الغازات الذائبة", 9, 3, 3, 720, 48},
      {"insulation_fault", "BRD", "4.5", FAILURE_ELECTRICAL, "Insulation fault", "عطل العزل", "Partial discharge, then breakdown", "تفريغ جزئي ثم انهيار",
       "Take out of service, test the insulation", "الإخراج من الخدمة واختبار العزل", 10, 2, 5, 336, 120}},
     {CHECK_LEAKS, {"Silica gel", "هلام السيليكا", "Blue or orange, not bleached", "لونه أزرق أو برتقالي غير باهت"}}},
    {"electric_motor", "Electric motor", "محرك كهربائي", "EM", 250, VIBRATION_GROUP2_RIGID,
     {VIBRATION, {"temperature", "Winding temperature", "حرارة الملفات", "degC", false, NO, NO, 120, 140},
      {"current", "Current", "التيار", "A", false, NO, NO, NO, NO}, POWER, RUNNING},
     {BEARING, {"winding_fault", "BRD", "4.1", FAILURE_ELECTRICAL, "Winding fault", "عطل الملفات", "Overcurrent, trip", "زيادة التيار ثم الفصل",
       "Test the insulation, rewind or replace", "اختبار العزل وإعادة اللف أو الاستبدال", 8, 3, 5, 168, 24}},
     {CHECK_BEARING, CHECK_GUARD}},
    {"fan", "Fan", "مروحة", "FA", 90, VIBRATION_GROUP2_FLEXIBLE,
     {VIBRATION, {"temperature", "Bearing temperature", "حرارة المحمل", "degC", false, NO, NO, 80, 95},
      {"flow", "Flow", "التدفق", "m3/h", false, NO, NO, NO, NO}, POWER, RUNNING},
     {BEARING, {"imbalance", "VIB", "1.2", FAILURE_MECHANICAL, "Imbalance", "عدم الاتزان", "Vibration at running speed", "اهتزاز عند سرعة الدوران",
       "Clean and balance the rotor", "تنظيف العضو الدوار وموازنته", 5, 5, 3, 500, 6}},
     {CHECK_BEARING, CHECK_GUARD}},
    {NULL}};

const preset_zone preset_zones[] = {
    {VIBRATION_GROUP1_RIGID,    2.3, 4.5, 7.1,  "above 300 kW, rigid support"},
    {VIBRATION_GROUP1_FLEXIBLE, 3.5, 7.1, 11.0, "above 300 kW, flexible support"},
    {VIBRATION_GROUP2_RIGID,    1.4, 2.8, 4.5,  "15 to 300 kW, rigid support"},
    {VIBRATION_GROUP2_FLEXIBLE, 2.3, 4.5, 7.1,  "15 to 300 kW, flexible support"},
    {0}};

#define EMBER "Our World in Data / Ember, generation intensity"
#define IPCC  "IPCC 2006 Guidelines, volume 2, table 2.2 (net calorific value)"

const preset_carbon preset_carbons[] = {
    {"electricity", "SA", 706.8, 569, 721, "g/kWh", 2022, 2, EMBER "; other Saudi sources give 569 to 721"},
    {"electricity", "AE", 561.1, NO, NO, "g/kWh", 2022, 2, EMBER},
    {"electricity", "KW", 649.2, NO, NO, "g/kWh", 2023, 2, EMBER},
    {"electricity", "QA", 602.5, NO, NO, "g/kWh", 2023, 2, EMBER},
    {"electricity", "BH", 904.6, NO, NO, "g/kWh", 2022, 2, EMBER},
    {"electricity", "OM", 564.6, NO, NO, "g/kWh", 2023, 2, EMBER},
    {"electricity", "EG", 570.3, NO, NO, "g/kWh", 2023, 2, EMBER},
    {"electricity", "JO", 540.9, NO, NO, "g/kWh", 2022, 2, EMBER},
    {"electricity", "IQ", 688.8, NO, NO, "g/kWh", 2022, 2, EMBER},
    {"natural_gas", NULL, 56.1, NO, NO, "kg/GJ", 2006, 1, IPCC},
    {"lpg", NULL, 63.1, NO, NO, "kg/GJ", 2006, 1, IPCC},
    {"petrol", NULL, 69.3, NO, NO, "kg/GJ", 2006, 1, IPCC},
    {"crude_oil", NULL, 73.3, NO, NO, "kg/GJ", 2006, 1, IPCC},
    {"diesel", NULL, 74.1, NO, NO, "kg/GJ", 2006, 1, IPCC},
    {"residual_fuel_oil", NULL, 77.4, NO, NO, "kg/GJ", 2006, 1, IPCC},
    {NULL}};
/* clang-format on */

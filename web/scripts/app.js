// What scripts add to every page. Pages work without any of this; each part looks for its own
// data- attributes, and sentences come from the page (data-say on #say), so that no script holds
// text of a language.
import { startSound } from './chime.js';
import { startCopy } from './copy.js';
import { startDialogs } from './dialog.js';
import { startForms } from './form.js';
import { startImport } from './import.js';
import { startNotifications } from './notifications.js';
import { startRefresh } from './refresh.js';
import { startTheme } from './theme.js';
import { startToasts } from './toast.js';
import { startTour } from './tour.js';
import { startWork } from './work.js';

document.documentElement.classList.add('js');
startTheme();
startToasts();
startCopy();
startDialogs();
startForms();
startImport();
startNotifications();
startSound();
startRefresh();
startWork();
startTour();

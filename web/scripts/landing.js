import { startDeferral } from './deferral_view.js';

startDeferral();

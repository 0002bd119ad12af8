import { startReset } from './reset.js';

startReset();

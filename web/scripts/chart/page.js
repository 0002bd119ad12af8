// The script of pages with charts.
import { startCharts } from './chart.js';
import { startLanes } from './lanes.js';
import { startRows } from './rows.js';
import { Stream } from './stream.js';

const stream = new Stream();
startLanes(startCharts(stream));
startRows(stream);
stream.start();

import { mount } from 'svelte';
import 'uplot/dist/uPlot.min.css';
import './page/page.css';
import App from './page/app.svelte';

const target = document.getElementById('console');
if (target !== null) mount(App, { target });

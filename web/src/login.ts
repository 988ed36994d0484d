import Login from './Login.svelte';
import { takeOver } from './page.ts';

takeOver(Login);

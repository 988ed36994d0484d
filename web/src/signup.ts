import { takeOver } from './page.ts';
import Signup from './Signup.svelte';

takeOver(Signup);

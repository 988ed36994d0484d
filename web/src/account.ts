import Account from './Account.svelte';
import { takeOver } from './page.ts';

takeOver(Account);

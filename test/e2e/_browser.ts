import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The Chromium of this machine, headless. Throws when there is none. */
export async function launchBrowser(): Promise<Browser> {
  // The sandbox is not to be had as root; only pages of our own are opened.
  return chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
}

function findChromium(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined) throw new Error(`none of ${names.join(', ')} is on PATH: on Debian "apt-get install chromium"`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A page as it was opened, with whatever it complained about or asked of others. */
export interface OpenedPage {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Opens a file without a network. */
export async function openOffline(browser: Browser, file: string, look: 'light' | 'dark' | 'print'): Promise<OpenedPage> {
  const context = await browser.newContext({ offline: true, viewport: { width: 1100, height: 900 }, colorScheme: look === 'dark' ? 'dark' : 'light' });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) complaints.push(`asks for ${request.url()}`);
  });
  await page.emulateMedia({ media: look === 'print' ? 'print' : 'screen' });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}

'use strict';
/* Adds the reader's own clock to moments that a page shows as the brand's clocks do. Without this script it is UTC. */
{
    function write(moment) {
        const when = new Date(moment.dateTime);
        const words = when.toLocaleString('en-GB', {
            weekday: 'short', day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit',
        });
        moment.textContent = `${words.replace(',', '')} your time`;
        moment.removeAttribute('data-reader');
        moment.title = Intl.DateTimeFormat().resolvedOptions().timeZone;
    }

    function writeAll() {
        document.querySelectorAll('time[data-reader]').forEach(write);
    }

    writeAll();
    /* The part of the page that keeps itself fresh is replaced now and then. */
    new MutationObserver(writeAll).observe(document.querySelector('main') || document.body, {childList: true, subtree: true});
}

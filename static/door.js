// The page that asks to log in: back in its tab, it goes on by itself when one has logged in in another.
document.addEventListener('visibilitychange', async () => {
  if (document.hidden) return
  const {type} = await fetch(location.href, {redirect: 'manual'})
  if (type === 'opaqueredirect') location.assign(location.href)
})

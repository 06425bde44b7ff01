import type { KeywordList } from './list.ts';

/**
 * Indonesian. All ours, unreviewed by a native speaker. "Batal" alone ("cancelled") is ordinary talk about orders
 * and is left out.
 */
export const id: KeywordList = {
  language: 'id',
  stop: [
    ...['berhenti', 'batal langganan', 'jangan kirim lagi', 'berhenti berlangganan'],
    ...['batalkan langganan', 'stop langganan', 'stop berlangganan', 'unreg'],
    ...['jangan kirim pesan lagi', 'stop pesan', 'hentikan pesan'],
  ],
  stopMarketing: [
    ...['stop promosi', 'stop iklan', 'berhenti promosi', 'jangan kirim promo', 'jangan kirim iklan'],
    ...['hentikan promosi'],
  ],
  yes: [
    ...['ya', 'iya', 'ya boleh', 'boleh', 'iya boleh', 'setuju', 'ya setuju', 'saya setuju'],
    ...['ya saya setuju', 'ok', 'oke', 'okey', 'baik', 'ya silakan', 'silakan', 'silahkan'],
    ...['ya silahkan', 'tentu', 'ya tentu', 'ya mau', 'mau', 'siap', 'ya terima kasih', 'yoi'],
    ...['bersedia', 'saya bersedia', 'ya saya bersedia', 'ya baik', 'ya oke', 'tentu saja'],
    ...['ya tolong', 'iya mau', 'sip'],
  ],
  no: [
    ...['tidak', 'tidak terima kasih', 'tidak mau', 'tidak setuju', 'saya tidak setuju'],
    ...['saya tidak mau', 'enggak', 'nggak', 'gak', 'ga', 'tdk', 'gak mau', 'ga mau', 'nggak mau'],
    ...['tidak usah', 'gak usah', 'ga usah', 'tidak bersedia', 'saya tidak bersedia', 'tidak makasih'],
    ...['jangan', 'tidak tertarik', 'saya tidak tertarik', 'tidak berminat', 'saya tidak berminat'],
    ...['nggak makasih', 'gak makasih', 'menolak', 'saya menolak', 'tidak sekarang', 'nggak usah'],
    ...['tidak perlu', 'gak tertarik', 'enggak mau', 'maaf tidak'],
  ],
  courtesies: [
    ...['halo', 'hai', 'hallo', 'selamat pagi', 'selamat siang', 'selamat sore', 'selamat malam'],
    ...['pagi', 'siang', 'sore', 'malam', 'permisi', 'tolong', 'tlg', 'mohon', 'mhn', 'maaf'],
    ...['terima kasih', 'terimakasih', 'makasih', 'makasi', 'mksh', 'trims', 'tks', 'thanks', 'salam'],
    ...['pak', 'bu', 'bapak', 'ibu', 'kak', 'min', 'mas', 'mbak', 'gan', 'sis', 'bang'],
    ...['assalamualaikum', 'ya', 'dong', 'harap', 'mohon maaf'],
  ],
  fillers: [
    ...['cukup', 'bosan', 'capek', 'ganggu aja', 'ganggu', 'mengganggu', 'saya tidak pernah daftar'],
    ...['saya gak pernah daftar', 'ini siapa', 'siapa ini', 'dapat nomor saya dari mana'],
    ...['dari mana dapat nomor saya', 'saya tidak berminat', 'tidak berminat', 'tidak tertarik'],
    ...['saya tidak tertarik', 'saya tidak kenal', 'sudah', 'udah', 'aja', 'saja', 'deh', 'kan', 'sih'],
    ...['nih', 'woi', 'hei', 'untuk terakhir kali', 'saya bilang', 'yah', 'segera', 'secepatnya'],
    ...['mulai sekarang', 'bisa', 'bisakah', 'tolonglah', 'dan', 'ok', 'oke', 'lah', 'please', 'pls'],
    ...['ini', 'mulai hari ini'],
  ],
  slots: {
    not: 'jangan|jgn|jangn|jangan pernah|gak usah|ga usah|gk usah|nggak usah|tidak usah|tak usah|tidak perlu|untuk tidak|gausah',
    send: 'kirim|kirimkan|mengirim|kirimin|mengirimkan|kirim kirim|kirimi|ngirim|kirimi saya|kirim2',
    contact:
      'hubungi|menghubungi|kontak|chat|wa|whatsapp|telepon|telpon|sms|ganggu|mengganggu|ngechat|spam|japri|menelepon|dm|pm',
    me: 'saya|aku|gue|gw|kami|nomor ini|nomer ini|no ini|ke saya|ke nomor ini|nomor saya|kepada saya|ke nomor saya|sy',
    again: 'lagi|terus|terus menerus|mulus|melulu|lg|apapun|apa apa|kembali',
    msgs: '(pesan|pesan pesan|wa|sms|chat|whatsapp|notifikasi|spam|msg|pesannya|pesan apapun|pesan ini|broadcast|pemberitahuan)',
    promo: 'promo|promosi|promonya|iklan|penawaran|diskon|marketing|pemasaran|newsletter|tawaran',
    want: 'mau|ingin|pengen|pingin|berkenan|bersedia|mau lagi|ingin lagi',
    no: 'tidak|gak|ga|gk|nggak|enggak|tdk|ngga|tak|ndak',
    my: '(nomor|nomer|no|kontak|data|nama|no hp|nomor hp|nomor telepon|nomor wa) (saya|aku|ini|gue|gw|sy)',
    list: '(dari) (daftar|list|database|sistem|kontak|grup|daftar kontak|data|daftar ini|list ini|daftar kalian|langganan|broadcast)',
    stop: 'stop|berhenti|hentikan|setop|stopp|henti|stop dulu',
  },
  refusals: [
    'stop sekarang',
    '[{me}] ({not}|tidak) [{me}] {send} [{me}] {msgs} [{again}] [{me}] [{again}]',
    '{not} {send} [{me}] {again} [{me}]',
    '{not} {contact} {again} [{me}]',
    '{not} (ganggu|hubungi|mengganggu|menghubungi|chat|spam|kontak)',
    '({not}|tidak) {contact} {me} [{again}]',
    '{stop} [{me}] {contact} [{me}] [{again}]',
    '{stop} {send} [{me}] {msgs} [{me}] [{again}]',
    '{stop} [kirim] {msgs} [ini] [{me}]',
    '[{me}] {no} {want} [{again}] [terima|menerima|dapat|nerima|dikirimi|dikirimin] [{again}] {msgs} [{again}] [dari kalian|dari anda] [{again}]',
    '[{me}] {no} {want} [{again}] (dihubungi|dichat|diganggu|di wa|langganan|berlangganan) [{again}] [oleh kalian|oleh anda]',
    '[{me}] {no} (berminat|tertarik) (menerima|terima) {msgs} [{again}]',
    '(hapus|hapuskan|buang|delete|lupakan|coret) {my} [{list}]',
    '(hapus|keluarkan|coret|buang|remove) [nama] (saya|aku|gue|gw) [{list}]',
    '[{me}] (mau|ingin|pengen|minta) (unsubscribe|berhenti berlangganan|berhenti langganan|stop langganan|keluar {list}) [{list}]',
    '(unsubscribe|unreg|batalkan) [langganan] [nomor] {me} [ini]',
    '[{me}] (mencabut|menarik|cabut|tarik) [kembali] (persetujuan|izin|ijin) [{me}]',
    '(biarkan|tinggalkan) saya [sendiri]',
  ],
  marketingRefusals: [
    '{not} [{me}] {send} [{me}] [{msgs}] {promo} [{me}] [{again}]',
    '{stop} [{send}] [{msgs}] {promo} [{again}]',
    '[{me}] {no} {want} [{again}] [terima|menerima|dapat|dikirimi] [{msgs}] {promo} [{again}]',
  ],
  holds: [
    ...['hentikan', '{no} mau lagi', '[saya] (mau|ingin|minta) (berhenti|stop|keluar)', 'spam'],
    ...['selamat tinggal', 'blokir', '[saya] blokir [ya]', 'saya akan blokir', 'udahan'],
    ...['dapat nomor saya dari mana', 'dari mana dapat nomor saya', 'mengganggu', 'stop dong'],
    ...['jangan lagi', 'tidak lagi', 'batal semua', 'keluar'],
  ],
  holdsWithin: [
    '(gimana|bagaimana|cara) [cara|untuk] (unsubscribe|berhenti langganan|berhenti berlangganan|keluar {list})',
    '(capek|bosan|muak|cape|risih) ... {msgs}',
    '{not} ({contact}|{send}) [saya|aku|ke saya] lagi',
    '(saya|gue|aku) (blokir|laporkan)',
    'stop (kirim|wa|chat|spam)',
  ],
  marketingHoldsWithin: [
    '({not}|{no}) (kirim|mau|ingin|perlu|butuh) ... {promo}',
    '(stop|kurangi|tanpa) {promo}',
  ],
  talk: [
    ...['(jangan|jgn) (hapus|keluarkan|coret)', 'jangan (berhenti|stop)', 'senin', 'selasa', 'rabu'],
    ...['kamis', 'jumat', 'sabtu', 'minggu', 'kenapa', 'mengapa', 'sebelum', 'sesudah', 'setelah'],
    ...['besok', 'malam', 'dulu', 'rapat', 'rumah', 'kantor', 'alamat', 'saja ke', 'ke hp', 'sampai'],
    ...['anak saya', 'suami', 'istri', 'dia', 'lagi rapat', 'kapan'],
  ],
  notTypos: ['berhati', 'hentikanlah', 'berarti', 'setop', 'berganti'],
};

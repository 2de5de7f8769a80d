"""Words and line patterns of the lyrics, by language and topic.

The topics are those of the Music Dataset 1950-2019 (Moura et al., doi 10.17632/3t9vbwxgr5.3). The words are few and
plain: enough to carry a topic in each language, and plainly artificial. Native speakers have not reviewed them. No word
names a genre.
"""

from __future__ import annotations

TOPICS = (
    "dating",
    "violence",
    "world/life",
    "night/time",
    "shake the audience",
    "family/gospel",
    "romantic",
    "communication",
    "obscene",
    "music",
    "movement/places",
    "light/visual perceptions",
    "family/spiritual",
    "like/girls",
    "sadness",
    "feelings",
)
LANGUAGES = ("English", "Spanish", "Arabic", "Hindi", "Bangla")

_WORDS = {
    "English": """
        dance dress kiss phone weekend door dinner visit
        gun blood war fire enemy knife bullet battle
        world life people dream freedom truth change future
        night time tomorrow midnight hour clock morning moment
        crowd hands stage noise party floor jump thunder
        mother father home glory blessing child table bread
        love heart darling rose embrace forever promise devotion
        letter word answer question voice story message secret
        hell fool trash liar dirt damn curse filth
        song guitar drum rhythm radio melody piano singer
        road train river city bridge mountain highway street
        light sun eyes shadow star colour mirror moon
        soul prayer heaven brother angel faith spirit grace
        girl smile hair lips lady sugar baby sweetheart
        tears goodbye rain sorrow loneliness loss silence grave
        hope fear joy pain touch anger desire comfort
    """,
    "Spanish": """
        baile vestido beso cita viernes puerta cena visita
        pistola sangre guerra fuego enemigo cuchillo bala batalla
        mundo vida gente sueño libertad verdad cambio futuro
        noche tiempo mañana medianoche hora reloj amanecer momento
        público manos escenario ruido fiesta salto grito trueno
        madre padre hogar gloria bendición hijo mesa pan
        amor corazón cariño rosa abrazo siempre promesa pasión
        carta palabra respuesta pregunta voz historia mensaje secreto
        infierno tonto basura mentiroso suciedad maldición asco idiota
        canción guitarra tambor ritmo radio melodía piano cantante
        camino tren río ciudad puente montaña carretera calle
        luz sol ojos sombra estrella color espejo luna
        alma oración cielo hermano ángel fe espíritu gracia
        chica sonrisa pelo labios dama azúcar nena preciosa
        lágrimas adiós lluvia pena soledad pérdida silencio tumba
        esperanza miedo alegría dolor caricia rabia deseo consuelo
    """,
    "Arabic": """
        رقصة فستان قبلة هاتف موعد باب عشاء زيارة
        سلاح دم حرب نار عدو سكين رصاصة معركة
        عالم حياة ناس حلم حرية حقيقة تغيير مستقبل
        ليل وقت غد منتصف ساعة زمان صباح لحظة
        جمهور أيدي مسرح ضجيج حفلة قفزة صراخ رعد
        أم أب بيت مجد بركة طفل مائدة خبز
        حب قلب حبيب وردة حضن أبد وعد غرام
        رسالة كلمة جواب سؤال صوت حكاية خبر سر
        جحيم أحمق قمامة كذاب قذارة لعنة تافه وحل
        أغنية عود طبل إيقاع مذياع لحن بيانو مغن
        طريق قطار نهر مدينة جسر جبل سفر شارع
        نور شمس عيون ظل نجمة لون مرآة قمر
        روح صلاة سماء أخ ملاك إيمان نعمة تقوى
        بنت ابتسامة شعر شفاه سيدة سكر حلوة جميلة
        دموع وداع مطر حزن وحدة ضياع صمت قبر
        أمل خوف فرح ألم لمسة غضب رغبة راحة
    """,
    "Hindi": """
        नाच पोशाक चुंबन फ़ोन मुलाकात दरवाज़ा दावत शाम
        बंदूक खून जंग आग दुश्मन चाकू गोली लड़ाई
        दुनिया ज़िंदगी लोग सपना आज़ादी सच बदलाव भविष्य
        रात वक़्त कल आधीरात घंटा घड़ी सवेरा पल
        भीड़ हाथ मंच शोर जश्न छलांग चीख गरज
        माँ पिता घर महिमा आशीष बच्चा मेज़ रोटी
        प्यार दिल जानम गुलाब बाँहें हमेशा वादा चाहत
        चिट्ठी शब्द जवाब सवाल आवाज़ कहानी संदेश राज़
        नरक मूर्ख कचरा झूठा गंदगी लानत शाप कीचड़
        गीत गिटार ढोल ताल रेडियो धुन पियानो गायक
        रास्ता रेल नदी शहर पुल पहाड़ सफ़र गली
        रोशनी सूरज आँखें साया तारा रंग आईना चाँद
        आत्मा प्रार्थना स्वर्ग भाई फ़रिश्ता विश्वास भक्ति कृपा
        लड़की मुस्कान ज़ुल्फ़ होंठ परी मिठास गुड़िया सुंदरी
        आँसू अलविदा बारिश ग़म तन्हाई हार ख़ामोशी कब्र
        उम्मीद डर खुशी दर्द छुअन ग़ुस्सा इच्छा राहत
    """,
    "Bangla": """
        নাচ পোশাক চুম্বন ফোন সাক্ষাৎ দরজা ভোজ সন্ধ্যা
        বন্দুক রক্ত যুদ্ধ আগুন শত্রু ছুরি গুলি লড়াই
        পৃথিবী জীবন মানুষ স্বপ্ন মুক্তি সত্য বদল ভবিষ্যৎ
        রাত সময় আগামীকাল মাঝরাত ঘণ্টা ঘড়ি সকাল মুহূর্ত
        ভিড় হাত মঞ্চ শোরগোল উৎসব লাফ চিৎকার বজ্র
        মা বাবা ঘর মহিমা আশীর্বাদ শিশু টেবিল রুটি
        ভালোবাসা হৃদয় প্রিয় গোলাপ আলিঙ্গন চিরকাল প্রতিজ্ঞা প্রেম
        চিঠি শব্দ উত্তর প্রশ্ন কণ্ঠ গল্প বার্তা রহস্য
        নরক বোকা আবর্জনা মিথ্যুক নোংরা অভিশাপ পাপ কাদা
        গান গিটার ঢোল তাল বেতার সুর বাঁশি গায়ক
        পথ ট্রেন নদী শহর সেতু পাহাড় যাত্রা গলি
        আলো সূর্য চোখ ছায়া তারা রং আয়না চাঁদ
        আত্মা প্রার্থনা স্বর্গ ভাই দেবদূত বিশ্বাস ভক্তি কৃপা
        মেয়ে হাসি চুল ঠোঁট পরী মিষ্টি পুতুল সুন্দরী
        অশ্রু বিদায় বৃষ্টি দুঃখ একাকীত্ব ক্ষতি নীরবতা কবর
        আশা ভয় আনন্দ ব্যথা স্পর্শ রাগ ইচ্ছা স্বস্তি
    """,
}
WORDS: dict[str, tuple[tuple[str, ...], ...]] = {
    language: tuple(tuple(line.split()) for line in text.strip().splitlines())
    for language, text in _WORDS.items()
}
"""Eight words of each topic, by language, topics in the order of `TOPICS`."""

LINES: dict[str, tuple[str, ...]] = {
    "English": (
        "{0} and {1}",
        "no {0} without {1}",
        "my {0}, my {1}",
        "the {0} in the {1}",
        "where is the {0}",
        "oh {0}, oh {1}",
        "more {0} than {1}",
        "{0}, {1}, {2}",
        "here comes the {0} again",
        "give me {0} for the {1}",
    ),
    "Spanish": (
        "{0} y {1}",
        "ni {0} ni {1}",
        "mi {0}, mi {1}",
        "{0} con {1}",
        "sin {0}",
        "ay {0}, ay {1}",
        "más {0} que {1}",
        "{0}, {1}, {2}",
        "otra vez {0}",
        "entre {0} y {1}",
    ),
    "Arabic": (
        "{0} و {1}",
        "لا {0} بلا {1}",
        "يا {0} يا {1}",
        "{0} مع {1}",
        "أين {0}",
        "آه {0} آه {1}",
        "بين {0} و {1}",
        "{0}، {1}، {2}",
        "مرة أخرى {0}",
        "هنا {0} وهناك {1}",
    ),
    "Hindi": (
        "{0} और {1}",
        "न {0} न {1}",
        "{0} के बिना {1}",
        "{0} के साथ {1}",
        "कहाँ {0}",
        "ओ {0} ओ {1}",
        "फिर {0}",
        "{0}, {1}, {2}",
        "बस {0}",
        "यहाँ {0} वहाँ {1}",
    ),
    "Bangla": (
        "{0} আর {1}",
        "না {0} না {1}",
        "{0} ছাড়া {1}",
        "{0} আর {1} আর {2}",
        "কোথায় {0}",
        "ও {0} ও {1}",
        "আবার {0}",
        "{0}, {1}, {2}",
        "শুধু {0}",
        "এখানে {0} সেখানে {1}",
    ),
}

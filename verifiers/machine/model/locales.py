"""Locales and console keymaps that exist: languages as the C library and kbd name them, those people install with."""

from __future__ import annotations

from typing import Final

# Language_COUNTRY of every UTF-8 locale meant here; most also come in a single-byte character set.
_UTF8: Final = frozenset(
    """
    aa_DJ af_ZA am_ET an_ES ar_AE ar_BH ar_DZ ar_EG ar_IN ar_IQ ar_JO ar_KW ar_LB ar_LY ar_MA ar_OM ar_QA ar_SA ar_SD
    ar_SY ar_TN ar_YE as_IN ast_ES az_AZ be_BY bg_BG bn_BD bn_IN br_FR bs_BA ca_AD ca_ES ca_FR ca_IT cs_CZ cy_GB da_DK
    de_AT de_BE de_CH de_DE de_IT de_LI de_LU el_CY el_GR en_AG en_AU en_BW en_CA en_DK en_GB en_HK en_IE en_IL en_IN
    en_NG en_NZ en_PH en_SC en_SG en_US en_ZA en_ZM en_ZW eo es_AR es_BO es_CL es_CO es_CR es_CU es_DO es_EC es_ES es_GT
    es_HN es_MX es_NI es_PA es_PE es_PR es_PY es_SV es_US es_UY es_VE et_EE eu_ES fa_IR fi_FI fil_PH fo_FO fr_BE fr_CA
    fr_CH fr_FR fr_LU fy_NL ga_IE gd_GB gl_ES gu_IN he_IL hi_IN hr_HR hu_HU hy_AM id_ID is_IS it_CH it_IT ja_JP ka_GE
    kk_KZ km_KH kn_IN ko_KR ku_TR ky_KG lb_LU lo_LA lt_LT lv_LV mg_MG mk_MK ml_IN mn_MN mr_IN ms_MY mt_MT my_MM nb_NO
    ne_NP nl_AW nl_BE nl_NL nn_NO oc_FR or_IN pa_IN pa_PK pl_PL pt_BR pt_PT ro_RO ru_RU ru_UA rw_RW sa_IN se_NO si_LK
    sk_SK sl_SI so_SO sq_AL sr_ME sr_RS sv_FI sv_SE sw_KE sw_TZ ta_IN ta_LK te_IN tg_TJ th_TH ti_ET tk_TM tl_PH tr_CY
    tr_TR tt_RU ug_CN uk_UA ur_IN ur_PK uz_UZ vi_VN wa_BE xh_ZA yi_US yo_NG zh_CN zh_HK zh_SG zh_TW zu_ZA
    """.split()
)
CHARSETS: Final = frozenset(
    """UTF-8 ISO-8859-1 ISO-8859-2 ISO-8859-5 ISO-8859-7 ISO-8859-9 ISO-8859-13 ISO-8859-15 KOI8-R KOI8-U CP1251 EUC-JP
    EUC-KR GB2312 GB18030 GBK BIG5""".split()
)
KEYMAPS: Final = frozenset(
    """
    amiga-us azerty be-latin1 bg-cp1251 bg_bds-utf8 br-abnt br-abnt2 br-latin1-us br-nativo by ca cf colemak croat cz
    cz-lat2 cz-qwertz de de-latin1 de-latin1-nodeadkeys de-mobii de-neo de_CH-latin1 dk dk-latin1 dvorak dvorak-es
    dvorak-fr dvorak-l dvorak-programmer dvorak-r dvorak-uk emacs es es-cp850 es-dvorak et et-nodeadkeys fi fr fr-bepo
    fr-latin1 fr-latin9 fr-pc fr_CH fr_CH-latin1 gr hebrew hr-mac hu hu101 il in is-latin1 it it-ibm it2 jp106 kazakh
    ko la-latin1 lt lt.baltic lv mac-us mk mk-utf nl no no-dvorak no-latin1 pl pl2 pl4 pt pt-latin1 pt-latin9 ro
    ro_std ro_win ru ru-cp1251 ru-ms ru1 ru2 ru3 ru4 ruwin_alt-UTF-8 se-fi-ir209 se-ir209 se-latin1 sg sg-latin1
    sk-prog-qwerty sk-qwerty sk-qwertz slovene sr-cy sr-latin sv-latin1 trf trq ttwin_alt-UTF-8 tr_q-latin5 ua
    ua-utf ua-utf-ws uk unicode us us-acentos us1 wangbe
    """.split()
)


def is_locale(name: str) -> bool:
    """Whether a locale of this name can be generated: `en_US.UTF-8`, `de_DE`, `de_DE@euro`."""
    language, _, charset = name.partition("@")[0].partition(".")
    return language in _UTF8 and (not charset or charset.upper().replace("UTF8", "UTF-8") in CHARSETS)


def normal_locale(name: str) -> str:
    """A locale's name as files spell it: en_US.UTF-8 for en_US.utf8."""
    language, dot, charset = name.partition(".")
    return f"{language}{dot}{charset.upper().replace('UTF8', 'UTF-8')}"

/** IEEE 1547 devices: curves and trip settings. The form is that of `parseModel`. */
export const DER_CURVE_MODELS: Readonly<Record<number, string>> = {
  705: `
      Ena enum16! rw
      AdptCrvReq uint16! rw
      AdptCrvRslt enum16!
      NPt uint16!
      NCrv uint16!
      RvrtTms uint32 Secs rw
      RvrtRem uint32 Secs
      RvrtCrv uint16 rw
      V_SF sunssf!
      DeptRef_SF sunssf!
      RspTms_SF sunssf!
      Crv NCrv {
        ActPt uint16! rw
        DeptRef enum16! rw
        Pri enum16 rw
        VRef uint16 VNomPct *V_SF rw
        VRefAuto uint16 VNomPct *V_SF
        VRefAutoEna enum16 rw
        VRefAutoTms uint16 Secs rw
        RspTms uint32 Secs *RspTms_SF rw
        ReadOnly enum16!
        Pt NPt {
          V uint16 VNomPct *V_SF rw
          Var int16 DeptRef *DeptRef_SF rw
        }
      }
  `,
  706: `
      Ena enum16! rw
      AdptCrvReq uint16! rw
      AdptCrvRslt enum16!
      NPt uint16!
      NCrv uint16!
      RvrtTms uint32 Secs rw
      RvrtRem uint32 Secs
      RvrtCrv uint16 rw
      V_SF sunssf!
      DeptRef_SF sunssf!
      RspTms_SF sunssf!
      Crv NCrv {
        ActPt uint16! rw
        DeptRef enum16! rw
        RspTms uint32 Secs *RspTms_SF rw
        ReadOnly enum16!
        Pt NPt {
          V uint16 VNomPct *V_SF rw
          W int16 DeptRef *DeptRef_SF rw
        }
      }
  `,
  707: `
      Ena enum16! rw
      AdptCrvReq uint16! rw
      AdptCrvRslt enum16!
      NPt uint16!
      NCrvSet uint16!
      V_SF sunssf!
      Tms_SF sunssf!
      Crv NCrvSet {
        ReadOnly enum16!
        MustTrip {
          ActPt uint16 rw
          Pt NPt {
            V uint16 VNomPct *V_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MayTrip {
          ActPt uint16 rw
          Pt NPt {
            V uint16 VNomPct *V_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MomCess {
          ActPt uint16 rw
          Pt NPt {
            V uint16 VNomPct *V_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
      }
  `,
  708: `
      Ena enum16! rw
      AdptCrvReq uint16! rw
      AdptCrvRslt enum16!
      NPt uint16!
      NCrvSet uint16!
      V_SF sunssf!
      Tms_SF sunssf!
      Crv NCrvSet {
        ReadOnly enum16!
        MustTrip {
          ActPt uint16 rw
          Pt NPt {
            V uint16 VNomPct *V_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MayTrip {
          ActPt uint16 rw
          Pt NPt {
            V uint16 VNomPct *V_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MomCess {
          ActPt uint16 rw
          Pt NPt {
            V uint16 VNomPct *V_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
      }
  `,
  709: `
      Ena enum16! rw
      AdptCrvReq uint16! rw
      AdptCrvRslt enum16!
      NPt uint16!
      NCrvSet uint16!
      Hz_SF sunssf!
      Tms_SF sunssf!
      Crv NCrvSet {
        ReadOnly enum16!
        MustTrip {
          ActPt uint16 rw
          Pt NPt {
            Hz uint32 Hz *Hz_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MayTrip {
          ActPt uint16 rw
          Pt NPt {
            Hz uint32 Hz *Hz_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MomCess {
          ActPt uint16 rw
          Pt NPt {
            Hz uint32 Hz *Hz_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
      }
  `,
  710: `
      Ena enum16! rw
      AdptCrvReq uint16! rw
      AdptCrvRslt enum16!
      NPt uint16!
      NCrvSet uint16!
      Hz_SF sunssf!
      Tms_SF sunssf!
      Crv NCrvSet {
        ReadOnly enum16!
        MustTrip {
          ActPt uint16 rw
          Pt NPt {
            Hz uint32 Hz *Hz_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MayTrip {
          ActPt uint16 rw
          Pt NPt {
            Hz uint32 Hz *Hz_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
        MomCess {
          ActPt uint16 rw
          Pt NPt {
            Hz uint32 Hz *Hz_SF rw
            Tms uint32 Secs *Tms_SF rw
          }
        }
      }
  `,
  711: `
      Ena enum16! rw
      AdptCtlReq uint16! rw
      AdptCtlRslt enum16!
      NCtl uint16!
      RvrtTms uint32 Secs rw
      RvrtRem uint32 Secs
      RvrtCtl uint16 rw
      Db_SF sunssf!
      K_SF sunssf!
      RspTms_SF sunssf!
      Ctl NCtl {
        DbOf uint32! Hz *Db_SF rw
        DbUf uint32! Hz *Db_SF rw
        KOf uint16! *K_SF rw
        KUf uint16! *K_SF rw
        RspTms uint32! Secs *RspTms_SF rw
        PMin int16 Pct rw
        ReadOnly enum16!
      }
  `,
  712: `
      Ena enum16! rw
      AdptCrvReq uint16! rw
      AdptCrvRslt enum16!
      NPt uint16!
      NCrv uint16!
      RvrtTms uint32 Secs rw
      RvrtRem uint32 Secs
      RvrtCrv uint16 rw
      W_SF sunssf!
      DeptRef_SF sunssf!
      Crv NCrv {
        ActPt uint16! rw
        DeptRef enum16! rw
        Pri enum16 rw
        ReadOnly enum16!
        Pt NPt {
          W int16 WMaxPct *W_SF rw
          Var int16 VarPct *DeptRef_SF rw
        }
      }
  `,
};

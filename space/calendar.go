package space

const daySeconds = 24 * 60 * 60

// daysFromCivil returns the number of days from 1970-01-01 to a date of the
// proleptic Gregorian calendar.
//
// Reference: Hinnant (2013), chrono-compatible low-level date algorithms,
// days_from_civil: years start in March, so that the leap day is the last.
func daysFromCivil(year, month, day int) int64 {
	y, m, d := uint32(year), uint32(month), uint32(day) // positive: it divides faster
	if m <= 2 {
		y--
	}
	era := y / 400
	yearOfEra := y - era*400
	dayOfYear := (153*((m+9)%12)+2)/5 + d - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int64(era*146097+dayOfEra) - 719468
}

// civilFromDays is the inverse of daysFromCivil.
//
// Reference: the same, civil_from_days.
func civilFromDays(days int64) (year, month, day int) {
	days += 719468
	era := floorDiv(days, 146097)
	dayOfEra := days - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153 // 0 is March
	day = int(dayOfYear - (153*shifted+2)/5 + 1)
	month = int((shifted+2)%12 + 1)
	year = int(yearOfEra + era*400)
	if month <= 2 {
		year++
	}
	return year, month, day
}

// daysIn returns the number of days of a month.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// weekday returns the day of the week, 0 for Sunday, of a day since 1970-01-01.
func weekday(days int64) int { return int(((days+4)%7 + 7) % 7) }

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

var monthNames = [...]string{
	"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December",
}

var weekdayNames = [...]string{
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
}
